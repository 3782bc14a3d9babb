"""What the students of a room may have made, each and all together. Blocking; knows nothing of sockets.

A student's own run counts for the student, whose limits hold as anywhere, and for the room. The teacher's runs do not count for the room:
the lecture goes on when the class has used up what it has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Q

from playground.classroom.models import Participant, Room, RoomLimit
from playground.live.log import event_log
from playground.quotas import services as quotas

STUDENT_RUNS = 2  # at once
PARTS = 2  # so many even parts of the room's tokens one student may take


@dataclass(frozen=True, slots=True)
class Taken:
    """Of a room's limits, by now."""

    active_runs: int
    tokens: int


def of_room(room: Room | None) -> quotas.Allowance:
    """Its own limits, else those of every room (which are those of no room), else the configured ones."""
    rows = sorted(RoomLimit.objects.filter(Q(room=room) | Q(room=None)), key=lambda row: row.room_id is None)
    config = settings.CONFIG
    return quotas.first_said(rows, quotas.Allowance(config.room_active_runs, config.room_waiting_runs, config.room_tokens_per_day or None))


def name_of(room: str) -> str:
    """Under which the runs of the room with this id are counted."""
    return f"room-{room}"


def taken(room: str) -> Taken:
    """Raises ``LogUnavailable``."""
    return Taken(event_log().active(name_of(room)), quotas.tokens_today(name_of(room)))


def of_student(room: Room, seat: int, person: str) -> tuple[quotas.Allowance, tuple[quotas.Share, ...]]:
    """What ``person`` may do in the room, and what else their runs count for.

    Few runs at once, so that a class shares one machine, and of the room's day no more than ``PARTS`` even parts: nobody takes all.
    """
    whole, own = of_room(room), quotas.of_person(person)
    most = max(1, min(STUDENT_RUNS, whole.active_runs // 2))
    allowance = replace(own, active_runs=min(most, own.active_runs), waiting_runs=min(most, own.waiting_runs))
    return allowance, (*_part(room, seat, whole), quotas.Share(name_of(room.pk), whole, "room"))


def _part(room: Room, seat: int, whole: quotas.Allowance) -> tuple[quotas.Share, ...]:
    """What one seat may take of a day that is limited; a run of the length that the room allows in any case."""
    if whole.tokens_per_day is None:
        return ()
    people = Participant.objects.filter(room=room, removed=False).count()
    tokens = max(room.max_tokens, PARTS * whole.tokens_per_day // max(1, people))
    return (quotas.Share(f"{name_of(room.pk)}-{seat}", replace(whole, tokens_per_day=tokens), "part"),)
