"""Who of a room is here, over several web processes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from playground.classroom import presence, rooms
from playground.classroom.models import Presence, Room
from playground.classroom.state import snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return rooms.open_room("teacher", "Who is here", language="en", capacity=9)


def test_each_process_hears_of_those_of_the_others(room: Room) -> None:
    presence.say(room.pk, {1, 2}, process="a")
    presence.say(room.pk, {3}, process="b")
    presence.say(room.pk, {2}, process="a")
    assert presence.elsewhere(room.pk, process="a") == {3}
    assert presence.elsewhere(room.pk, process="b") == {2}
    assert presence.elsewhere(room.pk, process="c") == {2, 3}


def test_what_another_process_says_is_in_the_rooms_snapshot(room: Room) -> None:
    presence.say(room.pk, {7}, process="a")
    presence.say(room.pk, {8})
    found = snapshot(room.pk)
    assert found is not None
    assert found.elsewhere == {7}


def test_a_process_that_leaves_is_forgotten_at_once_and_one_that_was_killed_after_a_while(room: Room) -> None:
    presence.say(room.pk, {1}, process="a")
    presence.say(room.pk, {2}, process="killed")
    Presence.objects.filter(process="killed").update(at=timezone.now() - timedelta(seconds=presence.FORGOTTEN_SECONDS + 1))
    assert presence.elsewhere(room.pk, process="b") == {1}
    presence.leave(room.pk, process="a")
    assert presence.elsewhere(room.pk, process="b") == set()
    assert not Presence.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)  # the key is checked when a transaction ends
def test_nothing_is_said_of_a_room_that_has_been_deleted(room: Room) -> None:
    key = room.pk
    presence.say(key, {1}, process="a")
    room.delete()
    presence.say(key, {1}, process="a")
    assert not Presence.objects.exists()
