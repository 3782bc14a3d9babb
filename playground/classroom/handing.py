"""Runs that students give to the teacher. Blocking; knows nothing of sockets."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from playground.classroom.models import HandIn
from playground.classroom.refusing import refusal
from playground.classroom.seats import seat_of
from playground.runs import services as runs

MOST = 10  # of one student


def hand_in(room: str, person: str, run: str) -> HandIn:
    """Give ``run`` to the teacher of ``room``. Raises ``RunRefused``."""
    seat = seat_of(room, person)
    if seat is None or seat.removed:
        raise refusal("not_joined", "join the room first")
    if not runs.owns(person, run):
        raise refusal("not_found", "there is no such run of yours", "run", run)
    if HandIn.objects.filter(participant=seat).count() >= MOST:
        raise refusal("handed_in_enough", f"you have handed in {MOST} runs", bound=f"<= {MOST}")
    try:
        with transaction.atomic():
            return HandIn.objects.create(room_id=room, participant=seat, run=run)
    except IntegrityError as error:
        raise refusal("handed_in", "this run has been handed in", "run", run) from error


def was_handed_in(room: str, run: str) -> bool:
    return HandIn.objects.filter(room=room, run=run).exists()
