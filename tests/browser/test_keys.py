"""Everything by keyboard: the palette, the sheet, the keys, and where the focus goes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.playground import Playground
from tests.browser.test_access import violations

pytestmark = pytest.mark.browser


def command(page: Playground, query: str) -> None:
    page.page.keyboard.press("Control+k")
    expect(page.hook("palette")).to_be_visible()
    page.page.keyboard.type(query)
    page.page.keyboard.press("Enter")
    expect(page.hook("palette")).to_have_count(0)


def finish(page: Playground) -> None:
    page.set("max_tokens", "20")
    page.set("min_tokens", "20")
    page.speed(None)
    page.run_to_end()


def test_the_palette_runs_stops_and_goes_to_a_step(page: Playground) -> None:
    command(page, "as fast as it goes")
    command(page, "run")
    page.wait_for_end()
    command(page, "4")
    expect(page.token(4)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(
    ("query", "selector", "attribute", "value"),
    [
        ("theme dark", "html", "data-theme", "dark"),
        ("preset wild", '[data-testid="preset-wild"]', "aria-pressed", "true"),
        ("panel timing", "#tab-timing", "aria-selected", "true"),
        ("繁體", "html", "lang", "zh-hant"),
    ],
)
def test_the_palette_changes_what_is_asked_for(page: Playground, query: str, selector: str, attribute: str, value: str) -> None:
    command(page, query)
    expect(page.page.locator(selector)).to_have_attribute(attribute, value)


def test_the_palette_leads_to_models_colours_starters_and_settings(page: Playground) -> None:
    command(page, "model draft")
    expect(page.page.get_by_label("Model", exact=True)).to_have_value("stories-draft")
    command(page, "colour rank")
    expect(page.page.locator(".legend select")).to_have_value("rank")
    command(page, "counting english")
    expect(page.hook("prompt")).to_have_value("1, 2, 3, 4,")
    command(page, "setting repetition")
    expect(page.hook("setting-repetition_penalty").locator("input").first).to_be_focused()


def test_the_palette_is_walked_with_the_arrows(page: Playground) -> None:
    page.page.keyboard.press("Control+k")
    options = page.hook("palette").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(options.last).to_be_in_viewport()
    page.page.keyboard.type("no such thing")
    expect(page.hook("palette")).to_contain_text("Nothing of that name")


def test_a_dialog_gives_the_focus_back(page: Playground) -> None:
    page.hook("prompt").focus()
    page.page.keyboard.press("Control+k")
    expect(page.hook("palette").get_by_role("combobox")).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(page.hook("palette")).to_have_count(0)
    expect(page.hook("prompt")).to_be_focused()


def test_single_keys_work_outside_text_fields_and_can_be_switched_off(page: Playground) -> None:
    finish(page)
    page.page.locator("body").click(position={"x": 5, "y": 500})
    page.page.keyboard.press("3")
    expect(page.page.locator("#tab-layers")).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("[")
    expect(page.token(18)).to_have_attribute("aria-selected", "true")
    page.page.keyboard.press("/")
    expect(page.hook("prompt")).to_be_focused()
    page.page.keyboard.type("[1?")
    assert page.hook("prompt").input_value().endswith("[1?")
    expect(page.hook("sheet")).to_have_count(0)
    page.hook("run").focus()
    page.page.keyboard.press("?")
    page.hook("sheet").get_by_role("switch").uncheck(force=True)
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("1")
    expect(page.page.locator("#tab-layers")).to_have_attribute("aria-selected", "true")


def test_heads_are_one_stop_and_the_arrows_go_between_them(page: Playground) -> None:
    finish(page)
    page.tab("Attention")
    grid = page.hook("attention-grid")
    expect(grid.locator('[tabindex="0"]')).to_have_count(1)
    grid.locator('[tabindex="0"]').focus()
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("ArrowDown")
    expect(grid.locator('[data-layer="1"][data-head="0"]')).to_be_focused()
    expect(page.hook("attention-large")).to_have_attribute("data-layer", "1")


def test_stop_has_a_key(page: Playground) -> None:
    page.set("max_tokens", "300")
    page.set("min_tokens", "300")
    page.page.keyboard.press("Control+Enter")
    page.wait_for_tokens(3)
    page.page.keyboard.press("Control+.")
    assert page.wait_for_end() == "cancelled"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_dialogs_menus_and_code(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    finish(page)
    page.page.keyboard.press("Control+k")
    assert violations(page) == []
    page.page.keyboard.press("Escape")
    page.hook("run").focus()
    page.page.keyboard.press("?")
    expect(page.hook("sheet")).to_be_visible()
    assert violations(page) == []
    page.page.keyboard.press("Escape")
    page.hook("export").click()
    assert violations(page) == []
    page.page.keyboard.press("Escape")
    page.tab("Code")
    assert violations(page) == []


def test_nothing_moves_for_those_who_asked_for_stillness(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    page.set("max_tokens", "60")
    page.run()
    page.wait_for_tokens(4)
    assert page.page.evaluate("document.getAnimations().length") == 0
    page.wait_for_end()


def test_the_bar_fits_a_phone(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.page.get_by_role("button", name="All keys")).to_be_hidden()  # there is no room, and a phone rarely has keys
    page.page.keyboard.press("?")
    expect(page.hook("sheet")).to_be_visible()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
