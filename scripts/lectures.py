"""What the pictures show of a class: a lecture with a vote and its replay, a ready lesson, a guessing game."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from scripts.rooms import Room
from tests.browser.playground import RUN_MS, Playground
from tests.browser.test_lecture_replay import KEPT

STEP = 30  # where the class is asked: the model hesitates between names
KEPT_MS = 500  # between two looks at whether the lecture has been kept


def lecture(room: Room) -> None:
    """From the door to the reveal, and the replay."""
    room.teacher.goto(f"{room.url}/r/")
    room.shoot(room.teacher, "room-door")
    room.open(room.titled("How a model chooses", "模型如何選擇"))
    screen = room.screen()
    room.join("room-join")
    expect(screen.get_by_test_id("names").locator("li")).to_have_count(len(room.students))
    room.shoot(room.students[0], "room-lobby")
    room.shoot(screen, "room-screen-lobby")
    _vote(room)
    room.shoot(room.teacher, "room-console")
    room.shoot(room.students[-1], "room-vote")
    room.shoot(screen, "room-screen-vote")
    _reveal(room, screen)
    room.shoot(room.students[0], "room-reveal")
    room.shoot(screen, "room-screen-reveal")
    room.shoot(_replay(room), "room-replay")


def _vote(room: Room) -> None:
    """The run waits before a token, and all but the last have voted."""
    room.set("every", str(STEP))
    Playground(room.teacher, room.url).set("seed", "7")
    Playground(room.teacher, room.url).speed(None)
    room.teacher.get_by_test_id("run").click()
    expect(room.teacher.get_by_test_id("waiting")).to_have_attribute("data-step", str(STEP), timeout=RUN_MS)
    room.teacher.get_by_test_id("ask-class").click()
    for place, student in enumerate(room.students[:-1]):
        _vote_for(student, place)
    expect(room.students[-1].get_by_test_id("option").first).to_be_enabled()
    expect(room.teacher.get_by_test_id("votes")).to_contain_text("2")


def _vote_for(student: Page, place: int) -> None:
    student.get_by_test_id("option").nth(place).click()
    expect(student.get_by_test_id("vote-status")).to_be_visible()


def _reveal(room: Room, screen: Page) -> None:
    _vote_for(room.students[-1], 2)
    room.teacher.get_by_test_id("reveal").click()
    for page in (*room.students, screen):
        expect(page.get_by_test_id("outcome")).to_be_visible()


def _replay(room: Room) -> Page:
    """The lecture as it was kept, in its middle: the class had just voted."""
    room.set("every", "")
    room.teacher.get_by_test_id("go").click()
    expect(room.teacher.get_by_test_id("status")).to_have_attribute("data-phase", "finished", timeout=RUN_MS)
    whole = int(room.teacher.get_by_test_id("status").get_attribute("data-tokens") or 0)
    room.teacher.wait_for_function(KEPT.replace("run === 1", "run === 0"), arg=whole, polling=KEPT_MS, timeout=RUN_MS)
    room.drawer("room")
    with room.teacher.expect_popup() as opened:
        room.teacher.get_by_test_id("replay-room").click()
    page = opened.value
    expect(page.get_by_test_id("token")).to_have_count(whole)
    clock = page.locator('[data-testid="lecture"] input[type="range"]')
    clock.evaluate(ASKED)
    expect(page.get_by_test_id("lecture-question")).to_be_visible()
    return page


# The moment of a replay at which the first question has been answered: its mark on the line, and a little more.
ASKED = """slider => {
    const mark = parseFloat(slider.parentElement.querySelector(".lecture-asks i").style.insetInlineStart) / 100;
    slider.value = (mark + 0.02) * slider.max;
    slider.dispatchEvent(new Event("input"));
}"""


def lesson(room: Room) -> None:
    """A ready lesson: a question, and what was right."""
    room.open(room.titled("What is a token?", "什麼是詞元？"), f"{room.titled('en', 'zh-hant')}/tokens")
    expect(room.teacher.get_by_test_id("lesson")).to_have_attribute("data-step", "0")
    screen = room.screen()
    room.join()
    room.teacher.get_by_test_id("lesson-ask").click()
    for place, student in enumerate(room.students[:-1]):
        _vote_for(student, place)
    expect(room.teacher.get_by_test_id("votes")).to_contain_text("2")
    room.shoot(room.teacher, "lesson")
    room.shoot(room.students[-1], "lesson-question")
    _vote_for(room.students[-1], 1)
    room.teacher.get_by_test_id("lesson-reveal").click()
    for page in (*room.students, screen):
        expect(page.get_by_test_id("why")).to_be_visible()
    room.shoot(room.students[-1], "lesson-answer")
    room.shoot(screen, "lesson-screen")


def game(room: Room) -> None:
    """Which temperature made which text?"""
    room.open(room.titled("Guessing games", "猜謎遊戲"))
    screen = room.screen()
    room.join()
    Playground(room.teacher, room.url).set("seed", "7")
    room.drawer("game")
    room.teacher.get_by_test_id("game-tokens").fill("24")
    expect(room.teacher.get_by_test_id("game-form")).to_be_visible()
    room.shoot(room.teacher, "game-form")
    room.teacher.get_by_test_id("game-begin").click()
    room.in_game("ready", room.teacher)
    room.teacher.get_by_test_id("game-open").click()
    room.in_game("open", *room.students, screen)
    for student, order in zip(room.students, ((0, 1, 2), (1, 0, 2), (0, 2, 1)), strict=True):
        _match(student, order)
        if student is room.students[0]:
            room.shoot(student, "game-answer")
        student.get_by_test_id("send-answer").click()
        expect(student.get_by_test_id("answer-status")).to_be_visible()
    room.shoot(room.teacher, "game-console")
    room.teacher.get_by_test_id("game-reveal").click()
    room.in_game("revealed", *room.students, screen)
    room.shoot(room.students[1], "game-truth")
    room.shoot(screen, "game-screen")


def _match(student: Page, order: tuple[int, ...]) -> None:
    for text, value in enumerate(order):
        student.locator(f'[data-testid="pick-value"][data-text="{text}"][data-value="{value}"]').check(force=True)


GATHERINGS: list[tuple[Callable[[Room], None], dict[str, str]]] = [
    (
        lecture,
        {
            "room-door": "Opening a room, or coming to one",
            "room-join": "A student at the door",
            "room-lobby": "A student waits for the lesson",
            "room-screen-lobby": "The projector before the lesson",
            "room-console": "The teacher while the class votes",
            "room-vote": "A student votes",
            "room-screen-vote": "The projector while the class votes",
            "room-reveal": "A student sees what the model thought",
            "room-screen-reveal": "The projector after the reveal",
            "room-replay": "The lecture afterwards, replayed",
        },
    ),
    (
        lesson,
        {
            "lesson": "A ready lesson: the teacher while the class answers",
            "lesson-question": "A ready lesson: a student is asked",
            "lesson-answer": "A ready lesson: what was right, and why",
            "lesson-screen": "A ready lesson: the projector",
        },
    ),
    (
        game,
        {
            "game-form": "A guessing game is set up",
            "game-answer": "A guessing game: a student matches temperatures",
            "game-console": "A guessing game: the teacher while answers come",
            "game-truth": "A guessing game: what it was",
            "game-screen": "A guessing game: the projector",
        },
    ),
]
