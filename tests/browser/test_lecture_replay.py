"""Where the teacher looks, seen by a student at once, and by whoever opens the lecture afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.site import Site

pytestmark = pytest.mark.browser
# Whether the lecture has been kept to its last token: runs are stored, and moments written, a little after the class has seen them.
KEPT = """async tokens => {
    const form = document.querySelector("#replay-room");
    const { url } = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!url.includes("/s/")) return false;
    const { draft } = await (await fetch(`/api/sessions/${new URL(url).pathname.split("/s/")[1]}`)).json();
    const [, run, seen] = draft.lecture.seen.at(-1);
    return run === 1 && seen === tokens;
}"""
# The moment at which the class saw so many tokens of the lecture's first run, and looked at its attention.
LOOKED = """async tokens => {
    const { draft } = await (await fetch(`/api${location.pathname.replace("/s/", "/sessions/")}`)).json();
    const { seen, views } = draft.lecture;
    const from = views.find(([, view]) => view.tab === "attention")[0];
    const [until] = seen.find(([ms, run, count]) => run > 0 || count > tokens);
    if (!(from < until)) throw new Error(`attention at ${from}, token ${tokens + 1} at ${until}`);
    return (from + until) / 2; // the slider has steps
}"""


def close_look(page: Page) -> str:
    """How close the attention map is seen."""
    return page.get_by_test_id("attention-map").get_attribute("data-zoom") or ""


def test_a_student_sees_where_the_teacher_looks_and_the_lecture_replays_it(site: Site, browser: Browser) -> None:
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

    # Afterwards: a session of the teacher's, which whoever has the link replays
    expect(teacher.get_by_test_id("status")).to_have_attribute("data-phase", "finished", timeout=60_000)
    whole = int(teacher.get_by_test_id("status").get_attribute("data-tokens") or 0)
    teacher.wait_for_function(KEPT, arg=whole, polling=500, timeout=60_000)
    teacher.get_by_test_id("drawer-room").click()
    with teacher.expect_popup() as opened:
        teacher.get_by_test_id("replay-room").click()
    replay = opened.value
    expect(replay.get_by_test_id("lecture")).to_be_visible()
    replay.get_by_test_id("share").click()
    replay.locator('input[name="visibility"][value="link"]').check()
    link = replay.get_by_test_id("share-link").input_value()
    visitor = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    contexts.append(visitor)
    page = visitor.new_page()
    page.goto(link)
    expect(page.get_by_test_id("token")).to_have_count(whole)
    clock = page.get_by_role("slider", name="Moment of the lecture")
    clock.evaluate("(slider, ms) => { slider.value = ms; slider.dispatchEvent(new Event('input')); }", page.evaluate(LOOKED, 4))
    expect(page.get_by_test_id("token")).to_have_count(4)
    expect(page.locator("#tab-attention")).to_have_attribute("aria-selected", "true")
    expect(page.locator('[data-testid="token"][data-step="1"]')).to_have_attribute("aria-selected", "true")
    assert violations(Playground(page, "")) == []
    clock.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("token")).to_have_count(0)
    page.get_by_test_id("lecture-speed").select_option("16")
    page.get_by_test_id("lecture-play").click()
    expect(page.locator("#tab-attention")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("lecture-play")).to_have_accessible_name("Replay the lecture", timeout=60_000)
    expect(page.get_by_test_id("token")).to_have_count(whole)
    page.locator("#tab-timing").click()  # a hand of one's own
    page.get_by_test_id("lecture-leave").click()
    expect(page.get_by_test_id("lecture-back")).to_be_visible()
    for context in contexts:
        context.close()
