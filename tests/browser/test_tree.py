"""The trees: of samples and branches, and of a beam search, with the numbers that decided."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser


def test_samples_stand_in_one_tree_with_their_scores_and_are_gone_to(page: Playground) -> None:
    page.speed(None)
    for field, value in {"n": "3", "max_tokens": "12", "min_tokens": "12", "seed": "3"}.items():
        page.set(field, value)
    shown = page.run_to_end()
    page.tab("tree")
    ends = page.hook("end")
    expect(ends).to_have_count(3)
    assert {end.get_attribute("data-tokens") for end in ends.all()} == {"12"}
    others = page.page.locator(".tree-item:not(.shown)").filter(has=page.page.get_by_test_id("end"))
    others.first.locator(".tree-text").click()
    expect(page.page.locator(".tree-item.shown").get_by_test_id("end")).to_have_attribute("data-total", re.compile("-"))
    assert page.token_ids() != shown
    assert violations(page) == []


def test_a_beam_search_shows_what_it_kept_and_by_how_much_the_others_lost(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    page.speed(None)
    page.preset("greedy")
    for field, value in {"num_beams": "3", "max_tokens": "6", "min_tokens": "6"}.items():
        page.set(field, value)
    ids = page.run_to_end()
    page.tab("tree")
    beams = page.hook("beam")
    expect(beams.first).to_be_visible()
    last = page.page.locator('[data-testid="beam"][data-step="5"]')
    totals = [float(one.get_attribute("data-total") or "nan") for one in last.all()]
    best = page.page.locator('[data-testid="beam"].leads[data-step="5"]')
    expect(best).to_have_attribute("data-total", str(best.get_attribute("data-total")))
    assert float(best.get_attribute("data-total") or "nan") == max(totals)
    readout = page.hook("beam-readout")
    total, score = (float(readout.get_attribute(f"data-{name}") or "nan") for name in ("total", "score"))
    assert score == pytest.approx(total / len(ids))  # length_penalty 1
    page.page.set_viewport_size({"width": 390, "height": 844})
    best.focus()
    page.page.keyboard.press("ArrowLeft")
    expect(page.page.locator('[data-testid="beam"].looked')).to_have_attribute("data-step", "4")
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []
