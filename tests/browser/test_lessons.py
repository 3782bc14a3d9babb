"""A ready lesson: a teacher, a phone and the projector walk through its first steps, and through one that waits before a token."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.classroom.lessons import shelf
from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.site import Site

pytestmark = pytest.mark.browser
KEY = "en/tokens"
STEPS = shelf()[KEY].steps


def objections(page: Page) -> list[str]:
    return violations(Playground(page, ""))


def at_step(page: Page, number: int) -> None:
    expect(page.get_by_test_id("step-line")).to_have_attribute("data-step", str(number))
    expect(page.get_by_test_id("step-line")).to_contain_text(STEPS[number].line)


def test_a_teacher_a_phone_and_the_projector_walk_through_a_ready_lesson(site: Site, browser: Browser) -> None:
    desk = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    hand = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    teacher, screen, phone = desk.new_page(), desk.new_page(), hand.new_page()
    complaints: list[str] = []
    for page in (teacher, screen, phone):
        page.on("pageerror", lambda error: complaints.append(str(error)))

    # The room is opened with a lesson: its first step is ready to run
    teacher.goto(f"{site.url}/r/")
    teacher.locator("[name=title]").fill("A ready lesson")
    teacher.locator("[name=lesson]").select_option(KEY)
    teacher.get_by_test_id("open-room").click()
    expect(teacher.get_by_test_id("lesson")).to_have_attribute("data-step", "0")
    expect(teacher.locator("#prompt")).to_have_value(STEPS[0].prompt)
    expect(teacher.get_by_test_id("lesson-notes")).to_contain_text(STEPS[0].notes[0])
    code = teacher.url.split("?")[0].rsplit("/", 1)[1]
    phone.goto(f"{site.url}/r/{code}")
    phone.get_by_test_id("nickname").fill("Lena")
    phone.get_by_test_id("enter").click()
    screen.goto(f"{site.url}/r/{code}/screen")
    for page in (phone, screen):
        at_step(page, 0)
        assert STEPS[0].notes[0] not in page.content()

    # A question before the run: answered, revealed, scored
    teacher.get_by_test_id("lesson-ask").click()
    phone.locator('[data-testid="option"][data-token="1"]').click()
    expect(phone.get_by_test_id("vote-status")).to_contain_text("counted")
    expect(phone.get_by_test_id("guess")).to_have_count(0)
    expect(teacher.locator('[data-testid="tally"] [data-token="1"]')).to_have_attribute("data-votes", "1")
    expect(teacher.get_by_test_id("lesson-next")).to_be_disabled()
    assert objections(phone) == []
    teacher.get_by_test_id("lesson-reveal").click()
    for page in (teacher, phone, screen):
        expect(page.get_by_test_id("why")).to_contain_text("one piece each")
    expect(phone.get_by_test_id("won")).to_have_attribute("data-insight", "10")
    assert objections(teacher) == []
    assert phone.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    # The run: the class is led to the token and the panel; the question has gone
    teacher.get_by_test_id("lesson-run").click()
    for page in (teacher, phone):
        expect(page.get_by_test_id("token")).to_have_count(2, timeout=60_000)
        expect(page.locator('[data-testid="token"][data-step="0"]')).to_have_attribute("aria-selected", "true")
    expect(phone.get_by_test_id("question")).to_have_count(0)

    # The next step, a reload, and a second tab
    teacher.get_by_test_id("lesson-next").click()
    expect(teacher.locator("#prompt")).to_have_value(STEPS[1].prompt)
    for page in (phone, screen):
        at_step(page, 1)
    teacher.reload()
    expect(teacher.get_by_test_id("lesson")).to_have_attribute("data-step", "1")
    expect(teacher.locator("#prompt")).to_have_value(STEPS[1].prompt)
    second = desk.new_page()
    second.goto(f"{site.url}/r/{code}")
    expect(second.get_by_test_id("lesson")).to_have_attribute("data-step", "1")

    # A step that waits before a token is voted on with the vote before the reveal
    asking = next(number for number, step in enumerate(STEPS) if step.question.kind == "token")
    second.locator(f'.lesson-progress li:nth-child({asking + 1}) button').click()
    expect(teacher.get_by_test_id("lesson")).to_have_attribute("data-step", str(asking))
    second.close()
    at_step(phone, asking)
    expect(teacher.get_by_test_id("lesson-ask")).to_be_disabled()
    teacher.get_by_test_id("lesson-run").click()
    expect(teacher.get_by_test_id("waiting")).to_have_attribute("data-step", "0", timeout=60_000)
    expect(teacher.locator("#prompt")).to_have_value(STEPS[asking].prompt)
    teacher.get_by_test_id("lesson-ask").click()
    phone.get_by_test_id("option").first.click()
    expect(teacher.get_by_test_id("votes")).to_have_text("1 of 1 person has voted")
    teacher.get_by_test_id("lesson-reveal").click()
    expect(phone.get_by_test_id("outcome")).to_be_visible()
    expect(phone.get_by_test_id("token")).to_have_count(1)

    # Results name what was asked; the lesson can be ended
    text = teacher.evaluate("async code => (await fetch(`/r/${code}/results.csv`)).text()", code)
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [(row["kind"], row["asked"], row["answer"] == row["drawn"]) for row in rows][:1] == [("question", STEPS[0].question.text, True)]  # type: ignore[union-attr]
    assert [row["kind"] for row in rows] == ["question", "vote"]
    teacher.get_by_test_id("drawer-lessons").click()
    teacher.get_by_test_id(f"begin-{KEY}").click()
    expect(teacher.get_by_test_id("lesson")).to_have_count(0)
    expect(phone.get_by_test_id("step-line")).to_have_count(0)
    for context in (desk, hand):
        context.close()
    assert complaints == []
