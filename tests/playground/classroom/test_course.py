"""A ready lesson in a room: steps, its questions, who sees what."""

from __future__ import annotations

import pytest

from playground.classroom import course, lessons, rooms
from playground.classroom.lessons.shape import Lesson
from playground.classroom.models import Poll, Room
from tests.inference.worker.engine import SmallEngine
from tests.playground.classroom.people import Person

KEY = "en/small"
SMALL = Lesson.model_validate({
    "title": "Small", "about": "A lesson for tests.", "minutes": 5,
    "steps": [
        {"title": "First", "line": "Look here.", "notes": ["Only for you."], "prompt": "Once", "sampling": {"temperature": 0.0},
         "look": {"panel": "choice", "token": 0},
         "question": {"kind": "choice", "text": "How many?", "answers": ["none", "one", "two"], "right": 1, "why": "Because."},
         "claims": [{"kind": "cut", "count": 1}]},
        {"title": "Second", "line": "Wait here.", "notes": ["Ask."], "prompt": "Once", "sampling": {"seed": 7, "max_tokens": 4},
         "look": {"panel": "attention"}, "pause": {"before": 2}, "question": {"kind": "token", "options": 3},
         "claims": [{"kind": "cut", "count": 1}]},
        {"title": "Third", "line": "Every two.", "notes": ["Wait."], "prompt": "Twice", "sampling": {"temperature": 0.0},
         "look": {"panel": "layers"}, "pause": {"every": 2, "entropy": 1.5},
         "question": {"kind": "choice", "text": "Well?", "answers": ["yes", "no"], "right": 0, "why": "So."},
         "claims": [{"kind": "cut", "count": 1}]},
    ],
})  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "find", lambda key: SMALL if key == KEY else lessons.find(key))


async def test_everybody_reads_the_line_and_the_teacher_alone_the_notes(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await teacher.done("lesson_pick", lesson=KEY)
        await ann.until(lambda me: me.said["room"]["lesson"])
        assert ann.said["room"]["lesson"] == {"title": "Small", "step": 0, "of": 3, "heading": "First", "line": "Look here."}
        await teacher.until(lambda me: me.said.get("lesson", {}).get("key"))
        plan = teacher.said["lesson"]
        assert (plan["key"], plan["at"], [step["notes"] for step in plan["steps"]]) == (KEY, 0, [["Only for you."], ["Ask."], ["Wait."]])
        await teacher.done("lesson_step", lesson=KEY, step=2)
        await ann.until(lambda me: me.said["room"]["lesson"]["step"] == 2)
        assert (ann.said["room"]["every"], ann.said["room"]["entropy"]) == (2, 1.5)
        assert "lesson" not in ann.said
    async with Person("teacher", code) as again:  # a reload
        await again.until(lambda me: me.said.get("lesson", {}).get("at") == 2)
        await again.done("lesson_pick", lesson="")
        await again.until(lambda me: me.said["room"]["lesson"] is None and me.said["lesson"]["key"] is None)


async def test_the_steps_question_is_answered_once_revealed_and_scored_without_luck(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann, Person("bob", code) as bob:
        await ann.done("join", nickname="Ann")
        await bob.done("join", nickname="Bob")
        await teacher.done("lesson_pick", lesson=KEY)
        await teacher.done("lesson_ask")
        await ann.until(lambda me: me.said["room"]["question"])
        question = ann.said["room"]["question"]
        assert (question["kind"], question["text"], question["why"], question["outcome"]) == ("choice", "How many?", "", None)
        assert [(option["piece"], option["p"], option["votes"]) for option in question["options"]] == [(b"none", None, None), (b"one", None, None), (b"two", None, None)]
        assert await ann.refused("vote", poll=question["id"], guess="one") == "not_offered"
        assert await ann.refused("vote", poll=question["id"], token=3) == "not_offered"
        await ann.done("vote", poll=question["id"], token=1)
        await bob.done("vote", poll=question["id"], token=2)
        assert await ann.refused("vote", poll=question["id"], token=0) == "voted_already"
        await teacher.until(lambda me: me.said.get("tally", {}).get("votes") == 2)
        assert [count["votes"] for count in teacher.said["tally"]["counts"]] == [0, 1, 1]
        await teacher.done("poll_reveal")
        await ann.until(lambda me: me.said["room"]["question"]["state"] == "revealed" and me.said["you"]["won_insight"] is not None)
        question = ann.said["room"]["question"]
        assert (question["why"], question["outcome"]["id"], question["outcome"]["votes"]) == ("Because.", 1, 1)
        assert (ann.said["you"]["won_insight"], ann.said["you"]["won_luck"], ann.said["you"]["rank"]) == (10.0, 0.0, 1)
        await bob.until(lambda me: me.said["you"]["won_insight"] is not None)
        assert (bob.said["you"]["won_insight"], bob.said["you"]["won_luck"], bob.said["you"]["rank"]) == (0.0, 0.0, 2)
        await teacher.done("lesson_step", lesson=KEY, step=1)
        await ann.until(lambda me: me.said["room"]["question"] is None)


async def test_an_open_question_stays_while_the_prompt_is_run_and_goes_with_the_next_run_once_revealed(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher:
        await teacher.done("lesson_pick", lesson=KEY)
        await teacher.done("lesson_ask")
        run = await teacher.run(tokens=4)
        await teacher.until(lambda me: me.said.get("room", {}).get("run") == run)
        await teacher.until(lambda me: (me.said["room"]["question"] or {}).get("state") == "open")
        assert await teacher.refused("lesson_step", lesson=KEY, step=1) == "poll_open"
        assert await teacher.refused("lesson_ask") == "poll_open"
        assert await teacher.refused("poll_open") in {"poll_open", "nothing_waits"}
        await teacher.done("poll_reveal")
        again = await teacher.run(tokens=4)
        await teacher.until(lambda me: me.said["room"]["run"] == again and me.said["room"]["question"] is None)


async def test_the_class_waits_where_the_step_says_in_a_run_of_its_prompt_only(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher:
        await teacher.done("lesson_pick", lesson=KEY)
        await teacher.done("lesson_step", lesson=KEY, step=1)
        await teacher.run(tokens=4)
        await teacher.waits(2)
        await teacher.done("poll_open", options=3)
        await teacher.until(lambda me: (me.said["room"]["question"] or {}).get("kind") == "token")
        await teacher.done("poll_reveal")
        await teacher.done("room_hold", what="go")
        await teacher.until(lambda me: len(me.tokens) == 4)
        teacher.tokens.clear()
        await teacher.run(tokens=4, prompt="Something else")
        await teacher.until(lambda me: len(me.tokens) == 4)


async def test_what_is_no_lesson_step_or_question_is_refused_with_the_reason(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher:
        assert await teacher.refused("lesson_pick", lesson="en/none") == "no_lesson"
        assert await teacher.refused("lesson_ask") == "no_question"
        assert await teacher.refused("lesson_step", lesson=KEY, step=0) == "other_lesson"
        await teacher.done("lesson_pick", lesson=KEY)
        assert await teacher.refused("lesson_step", lesson=KEY, step=3) == "no_step"
        await teacher.done("lesson_step", lesson=KEY, step=1)
        await teacher.done("lesson_step", lesson=KEY, step=1)  # of a second tab
        assert await teacher.refused("lesson_ask") == "no_question"
        await teacher.done("room_end")
        assert await teacher.refused("lesson_pick", lesson="") == "room_over"


async def test_a_student_neither_picks_nor_moves_nor_asks(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await teacher.done("lesson_pick", lesson=KEY)
        await teacher.until(lambda me: me.said["room"]["lesson"])
        assert await ann.refused("lesson_pick", lesson="") == "not_teacher"
        assert await ann.refused("lesson_step", lesson=KEY, step=1) == "not_teacher"
        assert await ann.refused("lesson_ask") == "not_teacher"
    async with Person("teacher", code) as again:
        await again.until(lambda me: "room" in me.said and "lesson" in me.said)
        assert (again.said["room"]["lesson"]["step"], again.said["lesson"]["key"], again.said["room"]["question"]) == (0, KEY, None)


@pytest.mark.django_db
def test_a_lesson_that_has_left_the_shelf_is_none() -> None:
    room = rooms.open_room("teacher", "Tokens", language="en")
    Room.objects.filter(pk=room.pk).update(lesson="en/gone", lesson_step=3)
    assert course.step_of(Room.objects.get(pk=room.pk)) is None
    assert not Poll.objects.exists()
