"""A ready lesson in a room: which one, at which step, and its questions. Blocking; knows nothing of sockets, nor of what a step shows on a page."""

from __future__ import annotations

from django.db import transaction

from playground.classroom import games, polls
from playground.classroom.lessons import Choice, Lesson, Step, find, shelf
from playground.classroom.models import Poll, Room
from playground.classroom.refusing import refusal
from playground.runs.beginnings import asked_of


def check(key: str) -> str:
    """``key``, which is that of a lesson, or empty: none. Raises ``RunRefused``."""
    if key and find(key) is None:
        raise refusal("no_lesson", "there is no such lesson", "lesson", key, f"one of {', '.join(shelf())}")
    return key


def taught(room: Room) -> Lesson | None:
    """The lesson of ``room``; also none where it has left the shelf since."""
    return find(room.lesson)


def step_of(room: Room) -> Step | None:
    lesson = taught(room)
    return lesson.steps[min(room.lesson_step, len(lesson.steps) - 1)] if lesson else None


def pick(room_id: str, key: str) -> None:
    """Teach the lesson ``key`` from its beginning; empty: none any more. Raises ``RunRefused``."""
    check(key)
    _enter(room_id, key, 0)


def go(room_id: str, key: str, step: int) -> None:
    """Go to a step of the lesson ``key``, which is the room's. Raises ``RunRefused``; saying it twice is once."""
    room = Room.objects.get(pk=room_id)
    lesson = taught(room)
    if lesson is None or room.lesson != key:
        raise refusal("other_lesson", "the room is at another lesson", "lesson", key)
    if step >= len(lesson.steps):
        raise refusal("no_step", "the lesson has no such step", "step", step, f"<= {len(lesson.steps) - 1}")
    if step != room.lesson_step:
        _enter(room_id, key, step)


def ask(room_id: str) -> Poll:
    """Ask the class what the step asks, where that is a choice among answers. Raises ``RunRefused``."""
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        step = step_of(room)
        if step is None or not isinstance(step.question, Choice):
            raise refusal("no_question", "this step has no question of its own")
        games.check_free(room)
        games.put_away(room_id)
        polls.leave_choices(room_id)
        return Poll.objects.create(room=room, run=room.run, step=room.lesson_step, **_poll(step.question))


def waits_at(room_id: str, run: str) -> int | None:
    """Before which token of ``run`` the class waits: where it is the step's own, where the step says."""
    step = step_of(Room.objects.get(pk=room_id))
    return step.pause.before if step and asked_of(run).get("prompt") == step.prompt else None


def _enter(room_id: str, key: str, at: int) -> None:
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        polls.check_free(room)
        room.lesson, room.lesson_step = key, at
        step = step_of(room)
        room.every, room.entropy = (step.pause.every, step.pause.entropy) if step else (room.every, room.entropy)
        room.save(update_fields=["lesson", "lesson_step", "every", "entropy"])
        polls.leave_choices(room_id)


def _poll(question: Choice) -> dict[str, object]:
    """As a poll has it: the answers are its options, the right one is certain."""
    table = [{"id": number, "piece": answer.encode().hex(), "p": float(number == question.right)} for number, answer in enumerate(question.answers)]
    return {
        "kind": Poll.CHOICE,
        "text": question.text,
        "why": question.why,
        "options": [row["id"] for row in table],
        "table": table,
        "drawn": question.right,
        "dice": {"greedy": True, "u": 0.0, "low": 0.0, "high": 1.0},
    }
