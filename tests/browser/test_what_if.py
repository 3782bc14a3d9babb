"""What if, as a person uses it: what differs, by which numbers, and what happens where it cannot be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, WebSocketRoute, expect
from transformers import AutoModelForCausalLM

from inference.sampling.dice import uniforms
from inference.sources import bundled
from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
SEED, TOKENS = 7, 60


@dataclass(frozen=True, slots=True)
class Plain:
    """One step as the formulas of ``docs`` have it."""

    token: int
    probability: float
    own: float
    kept: int


def logits_of(prompt: list[int], tokens: list[int]) -> np.ndarray[Any, Any]:
    """(T, V) of one plain forward pass of transformers."""
    model = AutoModelForCausalLM.from_pretrained(bundled("main"), dtype=torch.float32).eval()
    with torch.no_grad():
        rows = model(input_ids=torch.tensor([prompt + tokens[:-1]])).logits[0, len(prompt) - 1 :]
    return rows.double().numpy()  # type: ignore[no-any-return]


def plainly(logits: np.ndarray[Any, Any], own: int, u: float, temperature: float, top_p: float) -> Plain:
    """Temperature, then the smallest set of most likely tokens whose mass reaches ``top_p``, then the first whose running sum exceeds ``u``."""
    p = np.exp((logits - logits.max()) / temperature)
    p /= p.sum()
    order = np.lexsort((np.arange(len(p)), -p))
    kept = len(p) if top_p == 1 else int(np.searchsorted(np.cumsum(p[order]), top_p)) + 1
    p[order[kept:]] = 0
    p /= p.sum()
    token = int(order[np.searchsorted(np.cumsum(p[order]), u, side="right")])
    return Plain(token, float(p[token]), float(p[own]), kept)


def finished_run(page: Playground) -> list[int]:
    """A run of plain sampling, which leaves room for other choices."""
    for field, value in {"temperature": "1", "top_k": "0", "top_p": "1", "min_p": "0", "seed": str(SEED), "max_tokens": str(TOKENS)}.items():
        page.set(field, value)
    page.speed(None)
    ids = page.run_to_end()
    page.tab("What if")
    settled(page)
    return ids


def settled(page: Playground) -> Locator:
    """The panel, once it shows the answer to the settings as they are."""
    panel = page.hook("what-if")
    expect(panel).to_have_attribute("data-pending", "false")
    expect(page.hook("what-if-bar")).to_be_visible()
    return panel


def try_out(page: Playground, field: str, value: str) -> None:
    page.hook(f"what-if-setting-{field}").locator("input.number").fill(value)
    settled(page)


def kinds(page: Playground) -> list[str]:
    return page.page.locator("[data-cell]").evaluate_all("cells => cells.map(cell => cell.classList[1])")  # type: ignore[no-any-return]


def test_every_number_is_that_of_a_plain_recomputation(page: Playground) -> None:
    ids = finished_run(page)
    assert set(kinds(page)) == {"same"}
    try_out(page, "temperature", "1.8")
    try_out(page, "top_p", "0.9")
    prompt = [int(title[1:]) for title in page.page.locator(".prompt-tokens .token").evaluate_all("all => all.map(one => one.title)")]
    logits, draws = logits_of(prompt, ids), uniforms(SEED, 0, 0, len(ids))
    would = [plainly(*step, temperature=1.8, top_p=0.9) for step in zip(logits, ids, draws, strict=True)]
    was = [plainly(*step, temperature=1.0, top_p=1.0) for step in zip(logits, ids, draws, strict=True)]
    differing = [step for step, plain in enumerate(would) if plain.token != ids[step]]
    assert [plain.token for plain in was] == ids, "the run itself is what the formulas give"
    assert 2 <= len(differing) < len(ids), "a run of which some tokens would differ and some would not"

    assert [step for step, kind in enumerate(kinds(page)) if kind != "same"] == differing
    assert kinds(page).index("first") == differing[0]
    marked = page.page.locator(".output-tokens .token.differs")
    assert [int(step) for step in marked.evaluate_all("all => all.map(one => one.dataset.step)")] == differing
    summary = page.hook("what-if-summary")
    expect(summary).to_contain_text(f"With Temperature 1.8, Top-p 0.9, {len(differing)} of {len(ids)} tokens would differ")
    expect(summary).to_contain_text(f"the first at step {differing[0]}:")

    detail = page.hook("what-if-detail")
    for step in {0, differing[0], differing[1], differing[-1], len(ids) - 1}:
        page.page.locator(f'[data-cell="{step}"]').hover()
        expect(detail).to_have_attribute("data-step", str(step))
        said: dict[str, str] = detail.evaluate("one => ({...one.dataset})")
        assert (int(said["would"]), int(said["kept"])) == (would[step].token, would[step].kept)
        assert float(said["draw"]) == pytest.approx(draws[step], abs=1e-6)
        own = detail.locator('[data-figure="own"]')
        assert float(own.get_attribute("data-value") or "nan") == pytest.approx(would[step].own, rel=1e-3, abs=1e-7)
        assert float(own.get_attribute("data-before") or "nan") == pytest.approx(was[step].own, rel=1e-3, abs=1e-7)
        if step in differing:
            other = detail.locator('[data-figure="would"]').get_attribute("data-value")
            assert float(other or "nan") == pytest.approx(would[step].probability, rel=1e-3)

    assert violations(page) == []
    walk_by_keyboard(page, differing)
    go_on_from(page, differing[0], ids, would[differing[0]].token)
    page.page.get_by_role("button", name="As the run was").click()
    settled(page)
    assert set(kinds(page)) == {"same"}
    assert page.token_ids() == ids


def walk_by_keyboard(page: Playground, differing: list[int]) -> None:
    page.page.locator('[data-cell="0"]').click()
    page.page.keyboard.press("End")
    page.page.keyboard.press("Home")
    page.page.keyboard.press("PageDown")
    first = next(step for step in differing if step > 0)
    expect(page.page.locator(f'[data-cell="{first}"]')).to_be_focused()
    expect(page.token(first)).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("ArrowRight")
    expect(page.page.locator(f'[data-cell="{first + 1}"]')).to_be_focused()


def go_on_from(page: Playground, first: int, ids: list[int], other: int) -> None:
    """A real run under the other settings, and back to the one that it came from."""
    before = page.run_id
    page.hook("what-if-go-on").click()
    expect(page.page).to_have_url(re.compile(rf"[?&]run=(?!{before})"))
    page.wait_for_end()
    went = page.token_ids()
    assert went[: first + 1] == [*ids[:first], other]
    settled(page)
    assert set(kinds(page)) == {"same"}, "under its own settings the new run draws what it drew"
    page.page.keyboard.press("Control+z")
    expect(page.page).to_have_url(re.compile(rf"[?&]run={before}"))
    settled(page)


def test_what_is_wrong_is_said_at_its_field_and_the_run_is_untouched(page: Playground) -> None:
    ids = finished_run(page)
    setting = page.hook("what-if-setting-top_p")
    setting.locator("input.number").fill("7")
    expect(setting.locator(".fault")).to_contain_text("7 is more than 1")
    setting.get_by_role("button", name="Reset").click()
    group = page.hook("what-if").locator("details.group", has=page.hook("what-if-setting-regex"))
    group.locator("> summary").click()
    page.hook("what-if-setting-regex").locator("textarea").fill("[0-9]+")
    expect(page.hook("what-if-setting-regex").locator(".fault")).to_contain_text("do not keep to this constraint")
    assert page.token_ids() == ids
    page.hook("what-if-preset-greedy").click()
    expect(page.hook("what-if-setting-regex").locator(".fault")).to_be_visible()  # a preset leaves the constraint as it is


def test_a_model_that_is_gone_and_a_damaged_answer_are_said_and_can_be_asked_again(open_page: Open) -> None:
    page = open_page()
    sick: list[str] = ["gone"]

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def ask(frame: str | bytes) -> None:
            message = msgpack.unpackb(frame)
            if message["type"] == "ask" and sick == ["gone"]:
                error = {"code": "model_unavailable", "message": "", "field": "model", "value": None, "bound": None}
                socket.send(msgpack.packb({"type": "error", "ref": message["ref"], "run": message["run"], "errors": [error]}))
            else:
                server.send(frame)

        def answer(frame: str | bytes) -> None:
            message = msgpack.unpackb(frame)
            if message["type"] == "answer" and sick == ["damaged"]:
                message["answer"]["token_ids"].append(1)
            socket.send(msgpack.packb(message))

        socket.on_message(ask)
        server.on_message(answer)

    page.page.route_web_socket("**/ws/**", between)
    page.visit()
    page.set("max_tokens", "12")
    page.speed(None)
    ids = page.run_to_end()
    page.tab("What if")
    trouble = page.page.locator(".what-if-trouble")
    expect(trouble).to_contain_text("The model of this run is no longer on the server.")
    sick[0] = "damaged"
    trouble.get_by_role("button").click()
    expect(trouble).to_contain_text("does not belong to the tokens of this run")
    sick.clear()
    trouble.get_by_role("button").click()
    settled(page)
    expect(trouble).to_have_count(0)
    assert page.token_ids() == ids


def test_it_works_on_a_dark_phone_in_chinese(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark", locale="zh-TW")
    page.set("max_tokens", "24")
    page.speed(None)
    page.run_to_end()
    page.tab("如果")
    settled(page)
    page.hook("what-if-preset-wild").tap()
    expect(page.hook("what-if-summary")).to_contain_text("若設為溫度")
    settled(page)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
