"""Coming in together: each of a crowd is answered as if they had come one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from playground.classroom import rooms, seats
from playground.classroom.door import MOST_AT_ONCE, Door
from playground.classroom.models import Participant, Room
from playground.live.refusals import RunRefused

CROWD = [
    ("ann", "Ann"), ("bob", " ANN "), ("bob", "Bob"), ("ann", "Anna"), ("eve", "Ann"), ("old", "Bob"), ("old", "Older"), ("new", "Old"),
    ("ted", ""), ("gone", "Gone"), ("ted", "Ted"), ("late", "Late"), ("ann", "Late"),
]  # fmt: skip


def opened() -> Room:
    """With somebody who sits there, somebody who was removed, and five seats."""
    room = rooms.open_room("teacher", "Tokens", language="en", capacity=6)
    seats.join(room.pk, "old", "Old")
    seats.remove(room.pk, seats.join(room.pk, "gone", "Gone").pk)
    return room


def said(answer: Participant | RunRefused) -> str:
    return answer.errors[0].code if isinstance(answer, RunRefused) else f"{answer.person} {answer.nickname}"


def alone(room: Room, person: str, typed: str) -> Participant | RunRefused:
    try:
        return seats.join(room.pk, person, typed)
    except RunRefused as refused:
        return refused


def kept(room: Room) -> list[tuple[Any, ...]]:
    return list(Participant.objects.filter(room=room).order_by("pk").values_list("person", "nickname", "key", "removed"))


@pytest.mark.django_db
def test_a_crowd_sits_as_if_they_had_come_one_after_the_other() -> None:
    together, one_by_one = opened(), opened()
    answers = seats.join_all(together.pk, CROWD)
    alone_answers = [alone(one_by_one, *each) for each in CROWD]
    assert kept(together) == kept(one_by_one)
    assert [isinstance(answer, RunRefused) for answer in answers] == [isinstance(answer, RunRefused) for answer in alone_answers]
    assert {said(answer) for answer in answers if isinstance(answer, RunRefused)} == {"nickname_taken", "nickname_empty", "removed", "room_full"}
    assert all(answer.pk for answer in answers if isinstance(answer, Participant))


async def test_who_come_at_once_share_a_transaction_and_are_answered_one_by_one(log: Any, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    crowds: list[int] = []
    join_all = seats.join_all

    def counted(room: str, arrivals: Sequence[tuple[str, str]]) -> list[Participant | RunRefused]:
        crowds.append(len(arrivals))
        return join_all(room, arrivals)

    monkeypatch.setattr(seats, "join_all", counted)
    door = Door((await sync_to_async(rooms.by_code)(code)).pk)
    names = [f"Student {i}" for i in range(MOST_AT_ONCE + 5)] + ["student 7"]
    answers = await asyncio.gather(*(door.seat(f"p{i}", name) for i, name in enumerate(names)), return_exceptions=True)
    assert crowds == [MOST_AT_ONCE, 6]
    assert [answer.nickname for answer in answers[:-1] if isinstance(answer, Participant)] == names[:-1]
    assert isinstance(answers[-1], RunRefused)
    assert said(answers[-1]) == "nickname_taken"


async def test_who_leaves_while_being_seated_holds_nobody_up(log: Any, code: str) -> None:
    door = Door((await sync_to_async(rooms.by_code)(code)).pk)
    leaving, staying = asyncio.create_task(door.seat("ann", "Ann")), asyncio.create_task(door.seat("bob", "Bob"))
    await asyncio.sleep(0)  # both stand at the door
    leaving.cancel()
    assert (await staying).nickname == "Bob"
    assert (await door.seat("eve", "Eve")).nickname == "Eve"


async def test_a_door_that_fails_tells_everybody_and_opens_again(log: Any) -> None:
    door = Door("later")
    answers = await asyncio.gather(door.seat("ann", "Ann"), door.seat("bob", "Bob"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Room.DoesNotExist, Room.DoesNotExist]
    await sync_to_async(Room.objects.create)(pk="later", teacher="teacher", title="Tokens", language="en", expires=timezone.now() + timedelta(hours=1))
    assert (await door.seat("ann", "Ann")).nickname == "Ann"
