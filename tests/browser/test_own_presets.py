"""Settings under a name of one's own: saved, found again after a reload, renamed, replaced, deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.playground import Playground

pytestmark = pytest.mark.browser


def test_a_person_keeps_settings_under_a_name(page: Playground) -> None:
    chips, rows = page.hook("own-preset"), page.hook("preset-row")
    page.set("temperature", "1.3")
    page.hook("presets-open").click()
    page.hook("preset-name").fill("Campfire 營火")
    page.page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.locator("input")).to_have_value("Campfire 營火")
    page.page.keyboard.press("Escape")
    expect(chips).to_have_attribute("aria-pressed", "true")

    page.hook("preset-greedy").click()
    expect(chips).to_have_attribute("aria-pressed", "false")
    page.reload()
    chips.click()
    expect(page.hook("setting-temperature").locator("input.number")).to_have_value("1.3")
    expect(chips).to_have_attribute("aria-pressed", "true")

    page.set("temperature", "0.4")
    expect(chips).to_have_attribute("aria-pressed", "false")
    page.hook("presets-open").click()
    rows.get_by_role("button", name="Replace").click()
    expect(rows.get_by_role("button", name="Replace")).to_be_disabled()
    rows.locator("input").fill("Embers")
    rows.locator("input").press("Tab")
    expect(chips).to_have_text("Embers")
    rows.get_by_role("button", name="Delete").click()
    expect(rows).to_have_count(0)
    expect(chips).to_have_count(0)
    page.page.keyboard.press("Escape")
    expect(page.hook("presets-open")).to_be_focused()
