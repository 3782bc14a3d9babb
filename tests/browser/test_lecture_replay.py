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
# The middle of the time in which the class saw the game's texts, and of that in which it saw the truth.
PLAYED = """async () => {
    const { draft } = await (await fetch(`/api${location.pathname.replace("/s/", "/sessions/")}`)).json();
    const [{ ms, revealed, ended }] = draft.lecture.games;
    return [(ms + revealed) / 2, (revealed + ended) / 2];
}"""
SEEK = "(slider, ms) => { slider.step = 'any'; slider.value = ms; slider.dispatchEvent(new Event('input')); }"


def close_look(page: Page) -> str:
    """How close the attention map is seen."""
    return page.get_by_test_id("attention-map").get_attribute("data-zoom") or ""


def truth(page: Page) -> list[tuple[str, str | None, str | None, list[str], object]]:
    """Of each text of a game: what it says, what made it, how many were right, the guesses, the mean surprise."""
    rows = page.locator('[data-testid="truth"] > li').all()
    return [
        (
            row.locator(".game-words").inner_text(),
            row.get_attribute("data-value"),
            row.get_attribute("data-right"),
            row.locator(".game-bars li").all_inner_texts(),
            pytest.approx(float(row.get_by_test_id("game-bits").get_attribute("data-bits") or "nan"), abs=1e-4),
        )
        for row in rows
    ]


def play_a_game(teacher: Page, ann: Page) -> list[tuple[str, str | None, str | None, list[str], object]]:
    """Match the temperature; returns what the class is told in the end."""
    teacher.get_by_test_id("drawer-game").click()
    teacher.get_by_test_id("game-prompt").fill("Once upon a time")
    teacher.get_by_test_id("game-tokens").fill("12")
    teacher.get_by_test_id("game-begin").click()
    teacher.get_by_test_id("game-open").click(timeout=60_000)
    asked = ann.locator('[data-testid="game"][data-state="open"]')
    for place in range(3):
        asked.locator(f'[data-testid="pick-value"][data-text="{place}"][data-value="{place}"]').check(force=True)
    ann.get_by_test_id("send-answer").click()
    expect(teacher.get_by_test_id("answers")).to_have_text("1 of 1 person has answered")
    teacher.get_by_test_id("game-reveal").click()
    expect(ann.get_by_test_id("truth").locator("> li")).to_have_count(3)
    told = truth(ann)
    teacher.get_by_test_id("game-end").click()
    expect(ann.get_by_test_id("game")).to_have_count(0)
    return told


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

    # A game, and afterwards: a session of the teacher's, which whoever has the link replays
    expect(teacher.get_by_test_id("status")).to_have_attribute("data-phase", "finished", timeout=60_000)
    told = play_a_game(teacher, ann)
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
    clock.evaluate(SEEK, page.evaluate(LOOKED, 4))
    expect(page.get_by_test_id("token")).to_have_count(4)
    expect(page.locator("#tab-attention")).to_have_attribute("aria-selected", "true")
    expect(page.locator('[data-testid="token"][data-step="1"]')).to_have_attribute("aria-selected", "true")
    assert violations(Playground(page, "")) == []

    # The game as the class saw it: first the texts alone, then what was true of them
    asked, revealed = page.evaluate(PLAYED)
    clock.evaluate(SEEK, asked)
    expect(page.locator('[data-testid="lecture-game"][data-state="open"] .game-words')).to_have_text([text for text, *_ in told])
    expect(page.get_by_test_id("truth")).to_have_count(0)
    clock.evaluate(SEEK, revealed)
    expect(page.locator('[data-testid="lecture-game"][data-state="revealed"]')).to_be_visible()
    assert truth(page) == told
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert violations(Playground(page, "")) == []
    clock.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("lecture-game")).to_have_count(0)
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
