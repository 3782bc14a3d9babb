"""What the students of a room may have made together: whose limits hold, what counts, what is given back, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import IntegrityError, transaction

from inference.eventlog.protocol import EventLog
from playground.classroom import limits, rooms, seats
from playground.classroom.models import Room, RoomLimit
from playground.live import starting
from playground.quotas import services as quotas
from playground.quotas.models import Limit
from playground.runs.models import Run
from tests.playground.classroom.people import Person

EVERY_ROOM = RoomLimit.objects.filter(room=None)


def of_this(code: str, **bounds: int | None) -> None:
    RoomLimit.objects.update_or_create(room=rooms.find(code), defaults=bounds)


async def start(person: Person, tokens: int = 10) -> dict[str, Any]:
    """The error, or nothing where the run has begun."""
    answer = await person.do("start", spec={"prompt": "Once", "sampling": {"max_tokens": tokens}})
    return dict(answer["errors"][0]) if answer["type"] == "error" else {}


def said(error: dict[str, Any]) -> tuple[str, str, str, str]:
    return error["code"], error["field"], error["value"], error["bound"]


def test_a_rooms_limits_are_its_own_else_those_of_every_room_else_the_configured_ones(code: str, settings: Any) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"room_active_runs": 30, "room_waiting_runs": 20, "room_tokens_per_day": 9000})
    room, other = rooms.find(code), rooms.open_room("teacher", "Other", language="en")
    assert limits.of_room(room) == quotas.Allowance(30, 20, 9000)
    EVERY_ROOM.update(active_runs=10, tokens_per_day=5000)
    of_this(code, active_runs=0)
    assert limits.of_room(room) == quotas.Allowance(0, 20, 5000)
    assert limits.of_room(other) == limits.of_room(None) == quotas.Allowance(10, 20, 5000)


def test_there_is_one_row_for_every_room(code: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RoomLimit.objects.create(room=None)
    assert EVERY_ROOM.count() == 1


def test_of_a_room_that_holds_few_runs_one_student_takes_half_at_most(code: str) -> None:
    room = rooms.find(code)
    seat = seats.join(room.pk, "ann", "Ann").pk
    for whole, own in ((0, 1), (1, 1), (2, 1), (4, 2), (600, 2)):
        of_this(code, active_runs=whole)
        assert limits.of_student(room, seat, "ann")[0].active_runs == own
    Limit.objects.create(person="ann", active_runs=0)
    assert limits.of_student(room, seat, "ann")[0].active_runs == 0


@pytest.mark.parametrize(("people", "part"), [(1, 2000), (2, 1000), (4, 500), (20, 120)])
def test_of_a_rooms_day_one_student_takes_two_even_parts_and_a_whole_run_at_least(code: str, people: int, part: int) -> None:
    room = rooms.find(code)
    taken = [seats.join(room.pk, f"student {n}", f"S{n}").pk for n in range(people)]
    of_this(code, tokens_per_day=1000)
    _, shares = limits.of_student(room, taken[0], "student 0")
    assert [(share.whose, share.allowance.tokens_per_day) for share in shares] == [("part", part), ("room", 1000)]


async def test_what_a_class_starts_together_is_bounded_and_the_teachers_runs_are_not(log: EventLog, teacher: Person, code: str) -> None:
    await sync_to_async(of_this)(code, active_runs=2)
    async with teacher, Person("ann", code) as ann, Person("bob", code) as bob, Person("eve", code) as eve:
        for person, name in ((ann, "Ann"), (bob, "Bob"), (eve, "Eve")):
            await person.done("join", nickname=name)
        assert await start(ann) == await start(bob) == {}
        assert said(await start(ann)) == ("too_many_runs", "active_runs", "1", "< 1")
        assert said(await start(eve)) == ("room_too_many_runs", "active_runs", "2", "< 2")
        assert [await start(teacher) for _ in range(3)] == [{}, {}, {}]
        await teacher.until(lambda me: me.said.get("room_usage", {}).get("runs") == 2)
        assert teacher.said["room_usage"] == {"type": "room_usage", "runs": 2, "most_runs": 2, "tokens": 20, "most_tokens": None}
        assert "room_usage" not in ann.said
        await sync_to_async(of_this)(code, active_runs=9, waiting_runs=2)
        assert said(await start(eve)) == ("room_too_many_waiting", "waiting_runs", "2", "< 2")
        own = await sync_to_async(lambda: Run.objects.get(owner="ann").pk)()
        await sync_to_async(starting.cancel_run)(own)  # gives its place back, hers and the room's
        assert await start(eve) == {}


async def test_a_class_that_has_used_up_its_day_is_told_so_and_each_student_their_part(log: EventLog, teacher: Person, code: str) -> None:
    await sync_to_async(of_this)(code, tokens_per_day=130)
    async with teacher, Person("ann", code) as ann, Person("bob", code) as bob:
        await ann.done("join", nickname="Ann")
        await bob.done("join", nickname="Bob")
        assert await start(ann, 100) == {}
        assert said(await start(bob, 31)) == ("room_beyond_quota", "sampling.max_tokens", "31", "<= 30")
        assert await start(bob, 30) == {}
        assert said(await start(bob, 1)) == ("room_over_quota", "tokens_per_day", "130", "< 130")
        for n in range(6):
            await sync_to_async(seats.join)((await sync_to_async(rooms.find)(code)).pk, f"late {n}", f"L{n}")
        await sync_to_async(of_this)(code, tokens_per_day=480)  # eight people: 120 each
        assert said(await start(ann, 21)) == ("part_beyond_quota", "sampling.max_tokens", "21", "<= 20")
        assert await start(ann, 20) == {}
        assert said(await start(ann, 1)) == ("part_over_quota", "tokens_per_day", "120", "< 120")
        assert await start(bob, 90) == {}
        assert await start(teacher, 100) == {}


async def test_a_students_own_limit_holds_in_a_room_too(log: EventLog, teacher: Person, code: str) -> None:
    await sync_to_async(Limit.objects.create)(person="ann", tokens_per_day=5)
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        assert said(await start(ann, 6)) == ("beyond_quota", "sampling.max_tokens", "6", "<= 5")


def test_a_room_that_is_deleted_takes_its_limit_along_and_its_runs_give_back_to_their_owners(log: EventLog, code: str) -> None:
    room = rooms.find(code)
    seat = seats.join(room.pk, "ann", "Ann").pk
    of_this(code, active_runs=4, tokens_per_day=1000)
    allowance, others = limits.of_student(room, seat, "ann")
    quotas.reserve("run", [quotas.Share("ann", allowance), *others], 100)
    rooms.delete(room.pk)
    assert list(RoomLimit.objects.values_list("room", flat=True)) == [None]
    quotas.settle("run", 40)
    assert quotas.tokens_today("ann") == 40
    assert not Room.objects.exists()
