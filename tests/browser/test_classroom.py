"""A whole lesson: a teacher, three students (one with a phone), a projector."""

from __future__ import annotations

import csv
import io
import math
import re

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.playground import Playground
from tests.browser.test_access import violations
from tests.site import Site

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}



def objections(page: Page) -> list[str]:
    return violations(Playground(page, ""))


def tokens(page: Page) -> list[str]:
    """The ids of the tokens on the screen."""
    ids: list[str] = page.get_by_test_id("token").evaluate_all("elements => elements.map(element => element.dataset.id)")
    return ids


def test_a_lesson_from_the_code_to_the_results(site: Site, browser: Browser) -> None:
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US") for _ in range(3)]
    contexts.append(browser.new_context(viewport=PHONE, locale="en-US"))  # type: ignore[arg-type]
    teacher, ann, bob, eve = (context.new_page() for context in contexts)
    complaints: list[str] = []
    for page in (teacher, ann, bob, eve):
        page.on("pageerror", lambda error: complaints.append(str(error)))

    teacher.goto(f"{site.url}/r/")
    teacher.locator("[name=title]").fill("How a model chooses")
    teacher.get_by_test_id("open-room").click()
    expect(teacher.get_by_test_id("console")).to_be_visible()
    code = teacher.url.rsplit("/", 1)[1]

    # Join: by the code as it is typed, under a name that nobody has
    for page, name in ((ann, "Ann"), (bob, "Bob"), (eve, "ann")):
        page.goto(f"{site.url}/r/?code={code.lower()}")
        page.get_by_test_id("nickname").fill(name)
        page.get_by_test_id("enter").click()
    expect(eve.get_by_test_id("nickname-wrong")).to_contain_text("already has the name")
    eve.get_by_test_id("nickname").fill("Eve")
    eve.get_by_test_id("enter").click()
    for page in (ann, bob, eve):
        expect(page.get_by_test_id("lobby")).to_be_visible()
    assert objections(eve) == []

    # Follow: the same tokens, the same panel and token; one's own hand leaves, a button returns
    teacher.get_by_test_id("every").fill("4")
    teacher.get_by_test_id("every").press("Enter")
    expect(teacher.get_by_test_id("every")).to_have_value("4")
    teacher.get_by_test_id("run").click()
    expect(teacher.get_by_test_id("waiting")).to_have_attribute("data-step", "4")
    for page in (teacher, ann, bob, eve):
        expect(page.get_by_test_id("token")).to_have_count(4)
    assert tokens(ann) == tokens(eve) == tokens(teacher)
    teacher.locator("#tab-attention").click()
    teacher.locator('[data-testid="token"][data-step="2"]').click()
    expect(ann.locator("#tab-attention")).to_have_attribute("aria-selected", "true")
    expect(ann.locator('[data-testid="token"][data-step="2"]')).to_have_attribute("aria-selected", "true")
    bob.locator("#tab-timing").click()
    expect(bob.get_by_test_id("place")).to_have_attribute("data-place", "exploring")
    bob.get_by_test_id("back").click()
    expect(bob.locator("#tab-attention")).to_have_attribute("aria-selected", "true")

    # Vote, also after the teacher's reload; reveal
    teacher.get_by_test_id("ask-class").click()
    teacher.reload()
    for page in (ann, bob):
        page.get_by_test_id("option").first.click()
        expect(page.get_by_test_id("vote-status")).to_contain_text("counted")
    expect(ann.get_by_test_id("option").first).to_be_disabled()
    expect(eve.get_by_test_id("fork-run")).to_be_disabled()
    expect(teacher.get_by_test_id("votes")).to_have_text("2 of 3 people have voted")
    assert ann.get_by_test_id("token").count() == 4
    voted = ann.get_by_test_id("option").first.get_attribute("data-token")
    teacher.get_by_test_id("reveal").click()
    row = ann.locator(f'[data-testid="outcome"] li[data-token="{voted}"]')
    expect(row).to_have_attribute("data-votes", "2")
    p = float(row.get_attribute("data-p") or 0)
    won = ann.get_by_test_id("won")
    assert math.isclose(float(won.get_attribute("data-insight") or -1), max(0.0, 10 + math.log2(p)) if p else 0.0, abs_tol=1e-9)
    expect(eve.get_by_test_id("won")).to_have_text("You did not vote this time.")
    for page in (teacher, ann, eve):
        expect(page.get_by_test_id("token")).to_have_count(5)
    assert objections(teacher) == []
    assert objections(eve) == []
    assert eve.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    # Fork the exact state, hand in, show to the class
    drawn = tokens(eve)
    eve.get_by_test_id("fork-run").click()
    expect(eve.get_by_test_id("hand-in")).to_be_visible(timeout=60_000)
    own = tokens(eve)
    assert own[: len(drawn)] == drawn[: len(own)]
    eve.get_by_test_id("hand-in").click()
    expect(eve.get_by_test_id("handed")).to_be_visible()
    teacher.get_by_test_id("drawer-hand-ins").click()
    teacher.get_by_test_id("show-class").click()
    expect(ann.get_by_test_id("token")).to_have_count(len(own))
    assert tokens(ann) == own

    # Results
    teacher.get_by_test_id("drawer-room").click()
    text = teacher.evaluate("async code => (await fetch(`/r/${code}/results.csv`)).text()", code)
    rows = list(csv.DictReader(io.StringIO(text.lstrip("﻿"))))
    assert [(row["nickname"], bool(row["voted"])) for row in rows] == [("Ann", True), ("Bob", True), ("Eve", False)]

    # The end is asked for twice, and so is what cannot be undone
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    teacher.once("dialog", refuse)
    teacher.get_by_test_id("end-room").click()
    assert asked
    assert asked[0].startswith("End the lecture")
    expect(teacher.get_by_test_id("end-room")).to_be_enabled()
    teacher.on("dialog", lambda dialog: dialog.accept())
    teacher.get_by_test_id("end-room").click()
    expect(teacher.get_by_test_id("end-room")).to_be_disabled()
    door = contexts[0].new_page()
    door.goto(site.url + "/r/")
    ended = door.locator("li", has_text="How a model chooses")
    gone = ended.get_by_role("button", name="Delete for good")
    expect(gone).to_be_hidden()
    ended.get_by_role("button", name="Delete", exact=True).click()
    expect(gone).to_be_visible()
    assert objections(door) == []
    door.close()
    teacher.get_by_test_id("delete-room").click()
    expect(teacher).to_have_url(re.compile(r"/r/$"))
    for context in contexts:
        context.close()
    assert complaints == []
