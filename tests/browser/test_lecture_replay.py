"""Where the teacher looks, seen by a student at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site import Site

pytestmark = pytest.mark.browser


def close_look(page: Page) -> str:
    """How close the attention map is seen."""
    return page.get_by_test_id("attention-map").get_attribute("data-zoom") or ""


def test_a_student_sees_the_teachers_stage_scale_and_zoom(site: Site, browser: Browser) -> None:
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US") for _ in range(2)]
    teacher, ann = (context.new_page() for context in contexts)
    teacher.goto(f"{site.url}/r/")
    teacher.locator("[name=title]").fill("Looking together")
    teacher.get_by_test_id("open-room").click()
    expect(teacher.get_by_test_id("console")).to_be_visible()
    ann.goto(teacher.url)
    ann.get_by_test_id("nickname").fill("Ann of the replay")
    ann.get_by_test_id("enter").click()
    expect(ann.get_by_test_id("lobby")).to_be_visible()

    teacher.get_by_test_id("every").fill("4")
    teacher.get_by_test_id("every").press("Enter")
    expect(teacher.get_by_test_id("every")).to_have_value("4")
    teacher.get_by_test_id("run").click()
    for page in (teacher, ann):
        expect(page.get_by_test_id("token")).to_have_count(4)

    # The waterfall: the stage that is explained, the scale of the bars, the number in the cells
    teacher.locator('[data-testid="token"][data-step="1"]').click()
    teacher.locator('[data-testid="stage"] button.stage-name').last.click()
    teacher.locator('input[name="scale"][value="log"]').check(force=True)
    teacher.locator('input[name="unit"][value="rank"]').check(force=True)
    explained = teacher.get_by_test_id("explanation").locator("h3").inner_text()
    expect(ann.get_by_test_id("explanation").locator("h3")).to_have_text(explained)
    expect(ann.locator('input[name="scale"][value="log"]')).to_be_checked()
    expect(ann.locator('input[name="unit"][value="rank"]')).to_be_checked()

    # The attention map, exactly as close
    teacher.locator("#tab-attention").click()
    teacher.get_by_test_id("attention-map").get_by_role("button", name="Closer").click()
    expect(teacher.get_by_test_id("attention-map")).not_to_have_attribute("data-zoom", "1.000")
    expect(ann.get_by_test_id("attention-map")).to_have_attribute("data-zoom", close_look(teacher))

    # Another run is no hand of the student's own
    first = teacher.get_by_test_id("status").get_attribute("data-run") or ""
    teacher.get_by_test_id("every").fill("")
    teacher.get_by_test_id("every").press("Enter")
    expect(teacher.get_by_test_id("status")).to_have_attribute("data-phase", "finished", timeout=60_000)
    teacher.get_by_test_id("run").click()
    expect(teacher.get_by_test_id("status")).to_have_attribute("data-run", re.compile(rf"^(?!{re.escape(first)}$).+"))
    second = teacher.get_by_test_id("status").get_attribute("data-run") or ""
    expect(ann.get_by_test_id("status")).to_have_attribute("data-run", second)
    expect(ann.get_by_test_id("place")).to_have_attribute("data-place", "class")
    for context in contexts:
        context.close()
