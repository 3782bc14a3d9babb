"""The playground as a person uses it. Speaks of prompts, runs and tokens; the selectors are here and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from playwright.sync_api import ConsoleMessage, Locator, Page, Position, expect

RUN_MS = 60_000  # a slow machine with others on it
expect.set_options(timeout=20_000)
# The status speaks of the run in the address, that has ended, and all its tokens stand in the text.
DRAWN = """() => {
    const { phase, run, tokens } = document.querySelector('[data-testid="status"]').dataset;
    const named = new URLSearchParams(location.search).get("run");
    const drawn = document.querySelectorAll('[data-testid="token"]').length;
    return phase === "finished" && (named === null || named === run) && Number(tokens) === drawn;
}"""


@dataclass(frozen=True, slots=True)
class Dice:
    u: float
    low: float
    high: float
    greedy: bool


class Playground:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._url = url
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "WebSocket" not in message.text:
            self.complaints.append(message.text)

    def visit(self, path: str = "/") -> Self:
        self.page.goto(self._url + path)
        expect(self.status).to_have_attribute("data-connection", "open")
        return self

    def reload(self) -> None:
        self.page.reload()

    def hook(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    @property
    def status(self) -> Locator:
        return self.hook("status")

    @property
    def tokens(self) -> Locator:
        return self.hook("token")

    def token(self, step: int) -> Locator:
        return self.page.locator(f'[data-testid="token"][data-step="{step}"]')

    def type_prompt(self, text: str) -> None:
        self.hook("prompt").fill(text)

    def set(self, field: str, value: str) -> None:
        """Type ``value`` into a number field, wherever its group is; a phone's settings are opened and closed again."""
        sheet = not self.page.locator("#settings").is_visible()
        if sheet:
            self.page.locator(".settings-button").click()
        self.setting(field).locator("input.number").fill(value)
        if sheet:
            self.page.locator(".settings-button").click()

    def setting(self, field: str) -> Locator:
        """The setting, its group opened."""
        setting = self.hook(f"setting-{field}")
        self._open_group(setting)
        return setting

    def set_bias(self, token: int, bias: str) -> None:
        setting = self.setting("logit_bias")
        setting.get_by_label("Token id to bias").fill(str(token))
        self.page.keyboard.press("Enter")
        setting.get_by_label(f"Bias of token {token}").fill(bias)

    def add_item(self, field: str, item: str) -> None:
        self.setting(field).locator("input.number").fill(item)
        self.page.keyboard.press("Enter")

    def watch_attention(self, kind: str) -> None:
        radio = self.page.locator(f'input[name="watch-attention"][value="{kind}"]')
        self._open_group(radio)
        radio.locator("xpath=..").click()  # its label, which can be seen: waited for until it stands still
        expect(radio).to_be_checked()

    def _open_group(self, control: Locator) -> None:
        """Open every group that the control is in, the outermost first. Controls are drawn when the browser is idle."""
        control.wait_for(state="attached")
        for group in control.locator("xpath=ancestor::details").all():
            if group.get_attribute("open") is None:
                group.locator("xpath=./summary").click()

    def preset(self, name: str) -> None:
        self.hook(f"preset-{name}").click()

    def speed(self, tokens_per_second: int | None) -> None:
        value = "null" if tokens_per_second is None else str(tokens_per_second)
        self.page.locator(f'input[name="speed"][value="{value}"]').check(force=True)

    def run(self) -> None:
        self.hook("run").click()

    def stop(self) -> None:
        self.hook("stop").click()

    def wait_for_tokens(self, count: int) -> None:
        self.token(count - 1).wait_for(timeout=RUN_MS)

    def wait_for_end(self) -> str:
        """Returns why the run ended, when all its tokens are drawn. The address follows a change at once, what is drawn a frame later."""
        expect(self.status).to_have_attribute("data-phase", "finished", timeout=RUN_MS)
        self.page.wait_for_function(DRAWN, timeout=RUN_MS)
        return self.status.get_attribute("data-reason") or ""

    def run_to_end(self) -> list[int]:
        self.run()
        self.wait_for_end()
        return self.token_ids()

    def run_again(self) -> list[int]:
        """Another run to its end; the address tells it from the one before."""
        before = self.page.url
        self.run()
        expect(self.page).to_have_url(re.compile(rf"^(?!{re.escape(before)}$).*[?&]run="))
        self.wait_for_end()
        return self.token_ids()

    def select(self, step: int) -> None:
        self.token(step).click(position=self.middle(step))
        expect(self.token(step)).to_have_attribute("aria-selected", "true")

    def middle(self, step: int) -> Position:
        """Of the token's widest part: one that a line break divides has the middle of its box where another token is."""
        x, y = self.token(step).evaluate(
            """token => {
                const box = token.getBoundingClientRect();
                const part = [...token.getClientRects()].reduce((a, b) => (b.width > a.width ? b : a));
                return [part.x - box.x + part.width / 2, part.y - box.y + part.height / 2];
            }"""
        )
        return {"x": x, "y": y}

    def token_ids(self) -> list[int]:
        return [int(value) for value in self.tokens.evaluate_all("elements => elements.map(element => element.dataset.id)")]

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def column_sums(self) -> dict[str, float]:
        return dict(self.hook("stage").evaluate_all("elements => elements.map(e => [e.dataset.stage, Number(e.dataset.sum)])"))

    def column_sums_of_cells(self) -> list[float]:
        """What the cells on the screen add up to, column by column."""
        rows = self.page.locator('[data-testid="candidate"], [data-testid="other"]').evaluate_all(
            "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => Number(cell.dataset.probability ?? 0)))"
        )
        width = max(map(len, rows))
        return [sum(row[column] for row in rows if column < len(row)) for column in range(width)]

    def dice(self) -> Dice:
        u, low, high = self.hook("dice").evaluate("e => [e.dataset.u, e.dataset.low, e.dataset.high].map(Number)")
        return Dice(u, low, high, greedy=self.hook("dice").get_attribute("data-greedy") == "true")

    @property
    def run_id(self) -> str:
        match = re.search(r"[?&]run=([^&]+)", self.page.url)
        assert match, f"no run in {self.page.url}"
        return match[1]
