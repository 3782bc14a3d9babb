"""The card that says why this token: beside it, in time with its answers, pinned, by keyboard and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def finished(page: Playground) -> None:
    page.set("seed", "7")
    page.set("max_tokens", "24")
    page.set("min_tokens", "24")
    page.speed(None)
    page.run_to_end()


def open_card(page: Playground, step: int) -> Locator:
    page.page.mouse.move(5, 5)
    page.token(step).hover(position=page.middle(step))
    card = page.page.locator(f'[data-testid="why"][data-step="{step}"]')
    expect(card).to_be_visible()
    return card


def test_a_card_opens_beside_its_token_is_completed_pinned_and_compared(page: Playground) -> None:
    finished(page)
    card = open_card(page, 9)
    for hook in ("why-lens", "why-attribution"):
        expect(card.get_by_test_id(hook)).to_have_attribute("data-answered", "true")
    token, box, window = page.token(9).bounding_box(), card.bounding_box(), page.page.viewport_size
    assert token is not None
    assert box is not None
    assert window is not None
    assert box["y"] >= token["y"] + token["height"] or box["y"] + box["height"] <= token["y"]
    assert 0 <= box["x"] <= window["width"] - box["width"]
    assert 0 <= box["y"] <= window["height"] - box["height"]
    expect(card).to_contain_text(f"id {page.token(9).get_attribute('data-id')}")
    assert violations(page) == []
    card.get_by_role("button", name="Pin").click()
    open_card(page, 4)
    page.page.keyboard.press("p")
    expect(page.hook("why-pinned")).to_have_count(2)
    expect(page.hook("why")).to_have_count(0)
    assert violations(page) == []
    page.select(9)
    page.page.locator("#tab-layers").click()
    said = page.hook("lens-verdict").inner_text()
    expect(page.page.locator('[data-testid="why-pinned"][data-step="9"] [data-testid="why-lens"]')).to_contain_text(said)


def test_the_keyboard_opens_and_escape_closes(page: Playground) -> None:
    finished(page)
    page.select(3)
    page.page.keyboard.press("ArrowRight")
    expect(page.page.locator('[data-testid="why"][data-step="4"]')).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(page.hook("why")).to_have_count(0)


def test_a_phone_has_the_card_as_a_sheet_from_below(open_page: Open) -> None:
    page = open_page(color_scheme="dark", locale="zh-TW", **PHONE)
    page.speed(None)
    page.run_to_end()
    page.hook("why-button").tap()
    sheet = page.hook("why-pinned")
    expect(sheet).to_be_visible()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    sheet.get_by_role("button", name="取消釘選").tap()
    expect(sheet).to_have_count(0)
