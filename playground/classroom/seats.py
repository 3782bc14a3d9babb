"""Who sits in a room: joining by a nickname, leaving for good. Blocking; knows nothing of sockets."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from playground.classroom import nicknames, rooms
from playground.classroom.models import Participant, Room
from playground.classroom.refusing import refusal
from playground.moderation import services as moderation


def seat_of(room: str, person: str) -> Participant | None:
    """Where ``person`` sits, also if they were removed."""
    return Participant.objects.filter(room=room, person=person).first()


def join(room_id: str, person: str, typed: str) -> Participant:
    """A seat for ``person``; joining again changes the nickname. Raises ``RunRefused``."""
    name = nicknames.tidy(typed)
    if moderation.met_by(moderation.filters(), name):
        raise refusal("nickname_forbidden", "this name is not welcome here", "nickname", name)
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        seat = seat_of(room_id, person)
        _check_open(room, seat)
        try:
            with transaction.atomic():
                return _seated(room, seat, person, name)
        except IntegrityError as error:
            raise refusal("nickname_taken", "somebody in this room has that name", "nickname", name) from error


def voter(room_id: str, person: str) -> Participant:
    """The seat of somebody who may answer. Raises ``RunRefused``."""
    room = Room.objects.get(pk=room_id)
    if rooms.is_over(room):
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


def _check_open(room: Room, seat: Participant | None) -> None:
    if rooms.is_over(room):
        raise refusal("room_over", "this room has ended")
    if seat and seat.removed:
        raise refusal("removed", "the teacher has removed you from this room")
    if seat is None and room.locked:
        raise refusal("room_locked", "the teacher has locked the room")
    there = Participant.objects.filter(room=room, removed=False).count()
    if seat is None and there >= room.capacity:
        raise refusal("room_full", f"{there} people are in the room already", value=there, bound=f"<= {room.capacity}")


def _seated(room: Room, seat: Participant | None, person: str, name: str) -> Participant:
    fields = {"nickname": name, "key": nicknames.key_of(name)}
    if seat is None:
        return Participant.objects.create(room=room, person=person, **fields)
    Participant.objects.filter(pk=seat.pk).update(**fields)
    seat.refresh_from_db()
    return seat
