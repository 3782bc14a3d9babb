"""The comparison as a person uses it. Speaks of lanes by their letters; the selectors are here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.playground import RUN_MS, Playground

# All lanes have ended, none with a run of ``before``, and all their tokens stand in their texts: what is drawn follows a frame later.
DRAWN = """before => document.querySelector('[data-testid="status"]').dataset.phase === "finished" &&
    [...document.querySelectorAll('[data-testid="lane-status"]')].every(status => {
        const drawn = status.parentElement.querySelectorAll('[data-testid="token"]').length;
        return Number(status.dataset.tokens) === drawn && !before.includes(status.dataset.run);
    })"""


@dataclass(frozen=True, slots=True)
class Distance:
    step: int
    divergence: float  # nats
    overlap: float


class Comparison(Playground):
    def lane(self, name: str) -> Locator:
        return self.hook(f"lane-{name}")

    def choose_model(self, name: str, title: str) -> None:
        self.lane(name).get_by_label(f"Model of lane {name}").select_option(label=title)

    def set_in_lane(self, name: str, field: str, value: str) -> None:
        self.lane(name).get_by_role("button", name=f"Settings of lane {name}").click()
        setting = self.hook(f"lane-setting-{field}")
        self._open_group(setting)
        setting.locator("input.number").fill(value)

    def chips(self, name: str) -> list[str]:
        return [text.removesuffix(" ×") for text in self.lane(name).locator(".lane-chips button").all_inner_texts()]

    def expect_chips(self, **lanes: list[str]) -> None:
        """How each lane differs from what all share, once the page has drawn it."""
        for name, texts in lanes.items():
            expect(self.lane(name).locator(".lane-chips button")).to_have_text([f"{text} ×" for text in texts])

    def run_all(self) -> None:
        """Runs every lane to its end."""
        before = self.hook("lane-status").evaluate_all("all => all.flatMap(({ dataset }) => dataset.run ?? [])")
        self.run()
        self._wait_for_drawn(before)

    def wait_for_end(self) -> str:
        self._wait_for_drawn([])
        return ""

    def _wait_for_drawn(self, before: list[str]) -> None:
        expect(self.status).to_have_attribute("data-phase", "finished", timeout=RUN_MS)
        self.page.wait_for_function(DRAWN, arg=before, timeout=RUN_MS)

    def ids(self, name: str) -> list[int]:
        return [int(value) for value in self.lane(name).get_by_test_id("token").evaluate_all("tokens => tokens.map(token => token.dataset.id)")]

    def token_of(self, name: str, step: int) -> Locator:
        return self.lane(name).locator(f'[data-testid="token"][data-step="{step}"]')

    def parting(self, name: str) -> int | None:
        """The step at which the lane says that it parts from the first."""
        found = self.lane(name).get_by_test_id("lane-status").get_attribute("data-parting")
        return None if found is None else int(found)

    def go_to(self, step: int) -> None:
        self.hook("step").fill(str(step))

    def measure(self, name: str) -> None:
        self.page.locator(f'input[name="measure"][value="{name}"]').check(force=True)

    def strip(self, name: str) -> Locator:
        return self.hook(f"strip-{name}")

    def wait_for_strip(self, name: str) -> None:
        expect(self.strip(name)).to_have_attribute("data-state", "found", timeout=RUN_MS)

    def distance(self, name: str, step: int) -> Distance:
        self.go_to(step)
        numbers = self.strip(name).locator(".strip-numbers")
        expect(numbers).to_have_attribute("data-step", str(step))
        divergence, overlap = (float(numbers.get_attribute(f"data-{which}") or "nan") for which in ("divergence", "overlap"))
        return Distance(step, divergence, overlap)

    def means(self, name: str) -> tuple[float | None, int]:
        """Mean of the finite divergences in the measure that is shown, and at how many steps it is infinite."""
        numbers = self.strip(name).locator(".strip-numbers")
        mean, infinite = (numbers.get_attribute(f"data-{which}") for which in ("mean", "infinite"))
        return None if mean is None else float(mean), int(infinite or 0)

    def candidates(self, name: str) -> dict[int, float]:
        """Probability by id, at the step that is shown."""
        rows = self.hook(f"candidates-{name}").get_by_test_id("candidate")
        found = rows.evaluate_all("rows => rows.map(row => [Number(row.dataset.id), Number(row.dataset.probability)])")
        return {int(token): p for token, p in found}

    def draw(self, name: str) -> float:
        return float(self.hook(f"candidates-{name}").locator("[data-u]").get_attribute("data-u") or "nan")
