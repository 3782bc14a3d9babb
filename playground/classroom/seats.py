"""Who sits in a room: joining by a nickname, leaving for good. Blocking; knows nothing of sockets."""

from __future__ import annotations

from collections.abc import Sequence, Set

from django.db import transaction

from inference.moderation.filters import Filter
from playground.classroom import nicknames, rooms
from playground.classroom.models import Participant, Room
from playground.classroom.refusing import refusal
from playground.live.refusals import RunRefused
from playground.moderation import services as moderation


def seat_of(room: str, person: str) -> Participant | None:
    """Where ``person`` sits, also if they were removed."""
    return Participant.objects.filter(room=room, person=person).first()


def join(room: str, person: str, typed: str) -> Participant:
    """A seat for ``person``; joining again changes the nickname. Raises ``RunRefused``."""
    (answer,) = join_all(room, [(person, typed)])
    if isinstance(answer, RunRefused):
        raise answer
    return answer


def join_all(room: str, arrivals: Sequence[tuple[str, str]]) -> list[Participant | RunRefused]:
    """A seat, or the reason why not, for each (person, typed name), as if they came one after the other; one transaction for all of them."""
    filters = moderation.filters()
    with transaction.atomic():
        seating = Seating(Room.objects.select_for_update().get(pk=room), {person for person, _ in arrivals})
        answers = [_answer(seating, filters, person, typed) for person, typed in arrivals]
        seating.save()
    return answers


def _answer(seating: Seating, filters: tuple[Filter, ...], person: str, typed: str) -> Participant | RunRefused:
    try:
        return seating.take(person, _welcome(filters, typed))
    except RunRefused as refused:
        return refused


def _welcome(filters: tuple[Filter, ...], typed: str) -> str:
    name = nicknames.tidy(typed)
    if moderation.met_by(filters, name):
        raise refusal("nickname_forbidden", "this name is not welcome here", "nickname", name)
    return name


class Seating:
    """The seats of one room while people come. Whoever makes one holds the room's lock until it is saved."""

    def __init__(self, room: Room, arriving: Set[str]) -> None:
        self._room = room
        self._seats = {seat.person: seat for seat in Participant.objects.filter(room=room, person__in=arriving)}
        self._taken = dict(Participant.objects.filter(room=room, removed=False).order_by().values_list("key", "person"))  # names, and whose
        self._new: list[Participant] = []

    def take(self, person: str, name: str) -> Participant:
        """The seat of ``person``, who is called ``name`` from now on. Raises ``RunRefused``."""
        seat, key = self._seats.get(person), nicknames.key_of(name)
        self._check_open(seat)
        if self._taken.get(key, person) != person:
            raise refusal("nickname_taken", "somebody in this room has that name", "nickname", name)
        if seat is None:
            seat = self._seats[person] = Participant(room=self._room, person=person)
            self._new.append(seat)
        else:
            del self._taken[seat.key]
        self._taken[key] = person
        seat.nickname, seat.key = name, key
        if seat.pk is not None:
            seat.save(update_fields=["nickname", "key"])
        return seat

    def save(self) -> None:
        Participant.objects.bulk_create(self._new)

    def _check_open(self, seat: Participant | None) -> None:
        if rooms.is_over(self._room):
            raise refusal("room_over", "this room has ended")
        if seat and seat.removed:
            raise refusal("removed", "the teacher has removed you from this room")
        if seat is None and self._room.locked:
            raise refusal("room_locked", "the teacher has locked the room")
        there = len(self._taken)
        if seat is None and there >= self._room.capacity:
            raise refusal("room_full", f"{there} people are in the room already", value=there, bound=f"<= {self._room.capacity}")


def voter(room_id: str, person: str) -> Participant:
    """The seat of somebody who may answer. Raises ``RunRefused``."""
    room = Room.objects.filter(pk=room_id).first()
    if room is None or rooms.is_over(room):
        raise refusal("room_over", "this room has ended")
    seat = seat_of(room_id, person)
    if seat is None:
        raise refusal("not_joined", "join the room first")
    if seat.removed:
        raise refusal("removed", "the teacher has removed you from this room")
    return seat


def remove(room: str, participant: int) -> None:
    """Takes somebody out of the room; their nickname is free again. Raises ``RunRefused`` for somebody who is not there."""
    if not Participant.objects.filter(room=room, pk=participant, removed=False).update(removed=True):
        raise refusal("nobody", "there is nobody of that number in the room", "participant", participant)
