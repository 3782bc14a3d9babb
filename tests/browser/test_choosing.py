"""A person looks into a choice: two hundred candidates, any token of the vocabulary, every scale, another order; and the numbers are right."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
SETTINGS = {"temperature": "1.4", "top_k": "12", "top_p": "0.95", "min_p": "0.01", "repetition_penalty": "1.2", "seed": "11", "max_tokens": "16"}


def finished(page: Playground, step: int = 2, **settings: str) -> Playground:
    for name, value in {**SETTINGS, **settings}.items():
        page.set(name, value)
    page.speed(None)
    page.run_to_end()
    page.select(step)
    return page


def show(page: Playground, candidates: str) -> None:
    page.hook("candidates").select_option(label=candidates)


def rows(page: Playground) -> int:
    """All there are, in sight or not."""
    return int(page.page.locator("[aria-rowcount]").get_attribute("aria-rowcount") or 0) - 2


def cells(page: Playground, hook: str, token: int, field: str) -> list[float]:
    row = page.page.locator(f'[data-testid="{hook}"][data-id="{token}"] td[data-{field}]')
    return [float(value) for value in row.evaluate_all(f"cells => cells.map(cell => cell.dataset.{field})")]


def test_two_hundred_candidates_of_a_run_that_was_traced_with_twenty(page: Playground) -> None:
    finished(page)
    few = rows(page)
    sums = page.column_sums()
    show(page, "200")
    expect(page.page.locator("[aria-rowcount]")).to_have_attribute("aria-rowcount", re.compile("^2.."))
    assert few < 60
    assert page.hook("candidate").count() < 80  # only what is seen is there
    assert page.column_sums() == pytest.approx(sums, abs=1e-3)
    assert all(total == pytest.approx(1, abs=1e-3) for total in page.column_sums().values())
    page.hook("waterfall-scroll").focus()
    page.page.keyboard.press("End")
    last = page.page.locator(f'[data-testid="candidate"][aria-rowindex="{rows(page) + 1}"]')
    expect(last).to_be_in_viewport()
    expect(page.hook("stage").first).to_be_in_viewport()  # the heads stay
    page.page.keyboard.press("Space")
    expect(page.hook("followed")).to_have_attribute("data-id", last.get_attribute("data-id") or "")
    page.hook("waterfall-scroll").focus()
    page.page.keyboard.press("Home")
    expect(page.page.locator('[data-testid="candidate"][aria-rowindex="2"]')).to_be_in_viewport()


def test_any_token_can_be_found_and_followed_through_every_stage(page: Playground) -> None:
    finished(page)
    page.hook("find-token").fill("fox")
    page.page.locator("#found [role=option]").first.wait_for()
    page.page.keyboard.press("Enter")
    followed = page.hook("followed")
    expect(followed.locator("td[data-probability]").first).to_be_visible()
    token = int(followed.get_attribute("data-id") or -1)
    scores, raw = cells(page, "followed", token, "logit"), cells(page, "followed", token, "probability")
    temperature = page.page.locator('[data-testid="stage"]').evaluate_all("heads => heads.findIndex(head => head.dataset.stage === 'temperature')")
    assert scores[temperature] == pytest.approx(scores[temperature - 1] / 1.4, abs=1e-3)
    assert 0 < raw[0] < 1
    expect(followed.locator(".why")).to_have_text(re.compile(r"rank [\d,]+ > 12"))
    page.select(5)
    expect(followed.locator("td[data-probability]").first).to_be_visible()
    page.hook("find-token").fill("318")
    first = page.page.locator("#found [role=option]").first
    expect(first).to_have_attribute("data-id", "318")
    first.click()
    expect(followed).to_have_count(2)
    followed.first.locator(".unfollow").click()
    expect(followed).to_have_count(1)
    page.hook("find-token").fill("饕餮龘")
    expect(page.page.locator(".find")).to_contain_text("No token holds this text.")
    page.page.keyboard.press("Escape")
    expect(page.hook("find-token")).to_have_value("")


def test_every_scale_and_head_says_what_it_shows(page: Playground) -> None:
    finished(page)
    first = page.hook("candidate").first
    p = float(first.locator("td").first.get_attribute("data-probability") or 0)
    lengths = {}
    for scale in ("linear", "log", "logit"):
        page.page.locator(f'input[name="scale"][value="{scale}"]').check(force=True)
        lengths[scale] = float(first.locator("td .mass").first.evaluate("bar => bar.style.getPropertyValue('--length')"))
    assert lengths["linear"] == pytest.approx(p, abs=1e-3)
    assert lengths["log"] == pytest.approx(1 + math.log10(p) / 6, abs=1e-3)
    assert lengths["logit"] == 1
    for stage in page.hook("stage").all():
        stage.get_by_role("button").click()
        expect(page.hook("explanation")).to_contain_text(stage.get_by_role("button").inner_text())
        expect(page.hook("explanation").locator("p").first).not_to_be_empty()


def test_another_order_is_tried_on_one_step_and_its_differences_are_marked(page: Playground) -> None:
    finished(page, temperature="1.8", top_k="0", top_p="0.8", min_p="0")
    before = [int(stage.get_attribute("data-kept") or 0) for stage in page.hook("stage").all()]
    own = page.token_ids()
    page.hook("experiment").locator("summary").first.click()
    move = page.hook("tried-setting-stage_order").get_by_label("Move Top-p up")
    move.focus()
    page.page.keyboard.press("Enter")
    expect(page.hook("outcome")).to_be_visible()
    heads = [stage.get_attribute("data-stage") for stage in page.hook("stage").all()]
    assert heads == ["logits", "repetition_penalty", "top_p", "temperature"]
    kept = int(page.hook("stage").last.get_attribute("data-kept") or 0)
    assert kept < before[-1]  # before the flattening, fewer tokens reach the same mass
    expect(page.hook("outcome")).to_contain_text(f"Tokens left: {kept}; in the run: {before[-1]}.")
    assert page.page.locator('[data-testid="candidate"][data-difference="removed"]').count() > 0
    dice = page.dice()
    assert dice.low <= dice.u < dice.high
    expect(move).to_be_focused()
    page.hook("tried-setting-dialect").locator("select").select_option(label="llama.cpp")
    expect(page.page.locator('[data-testid="stage"]').last).to_have_attribute("data-stage", "temperature")
    page.hook("experiment-end").click()
    expect(page.hook("outcome")).to_be_hidden()
    assert [int(stage.get_attribute("data-kept") or 0) for stage in page.hook("stage").all()] == before
    assert page.token_ids() == own


def test_beams_in_the_way_of_a_preset_get_out_of_it_with_one_button(page: Playground) -> None:
    page.hook("setting-num_beams").wait_for(state="attached")
    page.setting("num_beams").locator("input.number").fill("3")
    page.hook("beams-alone").get_by_role("button").click()
    expect(page.hook("beams-alone")).to_be_hidden()
    page.set("max_tokens", "6")
    page.speed(None)
    page.run()
    assert page.wait_for_end() in ("length", "eos")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_in_chinese_it_is_whole_and_readable_by_everyone(open_page: Open, scheme: Any) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, locale="zh-TW", color_scheme=scheme)
    page.speed(None)
    page.set("temperature", "1.6")
    page.set("max_tokens", "8")
    page.run_to_end()
    page.select(2)
    show(page, "200")
    expect(page.page.locator("[aria-rowcount]")).to_have_attribute("aria-rowcount", re.compile("^2.."))
    page.hook("experiment").locator("summary").first.click()
    page.hook("tried-setting-dialect").locator("select").select_option(label="vLLM")
    expect(page.hook("outcome")).to_be_visible()
    page.hook("stage").first.get_by_role("button").click()
    page.hook("find-token").fill("的")
    page.page.locator("#found [role=option]").first.wait_for()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
