"""Opening, finding and entering rooms; names, codes, results."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from playground.classroom import nicknames, polls, results, rooms, seats
from playground.classroom.codes import ALPHABET, new_code, tidy
from playground.classroom.models import Participant, Poll, Room, Vote
from playground.live.refusals import RunRefused
from playground.moderation.models import WordList
from playground.runs import people

pytestmark = pytest.mark.django_db


def code_of(refused: Any) -> str:
    return str(refused.value.errors[0].code)


def as_person(person: str) -> Client:
    client = Client()
    client.cookies[people.COOKIE] = people.signed(person)
    return client


@pytest.fixture
def room() -> Room:
    return rooms.open_room("teacher", "Tokens", language="en", capacity=2)


def test_no_two_characters_of_a_code_look_alike() -> None:
    for alike in ("0O", "1IL", "2Z", "5S", "8B"):
        assert not set(alike) & set(ALPHABET)
    assert all(len(new_code()) == 6 and set(new_code()) <= set(ALPHABET) for _ in range(50))


@pytest.mark.parametrize("typed", ["acd-efg", " ACD EFG ", "acdefg"])
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert tidy(typed) == "ACDEFG"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"title": " "}, "title"), ({"title": "x" * 121}, "title"), ({"max_tokens": 0}, "max_tokens"), ({"max_tokens": 513}, "max_tokens"),
     ({"hours": 0}, "hours"), ({"hours": 169}, "hours"), ({"capacity": 301}, "capacity"), ({"model": "none"}, "model"),
     ({"prompts": ["x"] * 9}, "prompts"), ({"prompts": ["x" * 601]}, "prompts")],
)  # fmt: skip
def test_a_room_that_does_not_fit_names_the_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(RunRefused) as refused:
        rooms.open_room("teacher", **{"title": "Tokens", "language": "en", **fields})
    assert refused.value.errors[0].field == field
    assert not Room.objects.exists()


def test_a_teacher_has_so_many_rooms_open_at_once() -> None:
    opened = [rooms.open_room("teacher", "Tokens", language="en") for _ in range(rooms.MOST_OPEN)]
    with pytest.raises(RunRefused) as refused:
        rooms.open_room("teacher", "Tokens", language="en")
    assert code_of(refused) == "too_many_rooms"
    rooms.end(opened[0].pk)
    rooms.open_room("teacher", "Tokens", language="en")


@pytest.mark.parametrize("typed", ["", "   ", "x" * 25, "a‮b", "a​b", "a\x00b", "...", "👻"])
def test_a_name_that_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(RunRefused):
        nicknames.tidy(typed)


@pytest.mark.parametrize(("one", "other"), [("Ann", "ann"), ("Ann", "ANN"), ("José", "Jose"), ("Ｍｅｉ", "mei"), ("Ann B", "AnnB")])
def test_names_that_look_alike_are_taken(room: Room, one: str, other: str) -> None:
    seats.join(room.pk, "ann", one)
    with pytest.raises(RunRefused) as refused:
        seats.join(room.pk, "bob", other)
    assert code_of(refused) == "nickname_taken"


def test_who_joins_again_has_the_same_seat_under_the_new_name(room: Room) -> None:
    first = seats.join(room.pk, "ann", "Ann")
    again = seats.join(room.pk, "ann", "Anna")
    assert (first.pk, again.nickname, Participant.objects.count()) == (again.pk, "Anna", 1)


def test_a_full_a_locked_and_an_ended_room_say_so(room: Room) -> None:
    seats.join(room.pk, "ann", "Ann")
    seats.join(room.pk, "bob", "Bob")
    with pytest.raises(RunRefused) as refused:
        seats.join(room.pk, "eve", "Eve")
    assert code_of(refused) == "room_full"
    rooms.change(room.pk, {"capacity": 9, "locked": True})
    with pytest.raises(RunRefused) as refused:
        seats.join(room.pk, "eve", "Eve")
    assert code_of(refused) == "room_locked"
    seats.join(room.pk, "ann", "Ann")  # who is in comes back
    Room.objects.update(expires=timezone.now() - timedelta(seconds=1))
    for who in ("eve", "ann"):
        with pytest.raises(RunRefused) as refused:
            seats.join(room.pk, who, "Eve")
        assert code_of(refused) == "room_over"


def test_the_name_of_somebody_who_was_removed_is_free_again(room: Room) -> None:
    ann = seats.join(room.pk, "ann", "Ann")
    seats.remove(room.pk, ann.pk)
    seats.join(room.pk, "bob", "Ann")
    with pytest.raises(RunRefused) as refused:
        seats.remove(room.pk, ann.pk)
    assert code_of(refused) == "nobody"


def test_the_door_tells_a_wrong_and_an_ended_code(room: Room) -> None:
    assert as_person("ann").get("/r/", {"code": room.code.lower()}).headers["Location"] == f"/r/{room.code}"
    wrong = as_person("ann").get("/r/", {"code": "AAAAAA"})
    assert (wrong.status_code, "There is no room with this code" in wrong.content.decode()) == (404, True)
    rooms.end(room.pk)
    assert "This room has ended" in as_person("ann").get("/r/", {"code": room.code}).content.decode()


def test_a_form_with_a_mistake_comes_back_as_it_was_filled_in() -> None:
    answer = as_person("teacher").post("/r/open", {"title": "Tokens", "max_tokens": "many", "prompts": "Once"})
    text = answer.content.decode()
    assert (answer.status_code, "between 1 – 512" in text, ">Once</textarea>" in text) == (422, True, True)


def test_in_production_only_teachers_open_rooms(settings: Any) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"profile": "production"})
    client = Client()
    assert client.post("/r/open", {"title": "Tokens"}).status_code == 403
    assert 'data-testid="open-form"' not in client.get("/r/").content.decode()
    user = User.objects.create_user("ada")
    user.groups.add(Group.objects.get(name="teacher"))
    client.force_login(user)
    assert client.post("/r/open", {"title": "Tokens"}).status_code == 302


@pytest.mark.parametrize("path", ["screen", "results.csv"])
def test_what_is_the_teachers_is_not_there_for_others(room: Room, path: str) -> None:
    assert as_person("ann").get(f"/r/{room.code}/{path}").status_code == 404
    assert as_person("teacher").get(f"/r/{room.code}/{path}").status_code == 200


def test_only_the_teacher_deletes_and_then_nothing_is_left(room: Room) -> None:
    seats.join(room.pk, "ann", "Ann")
    assert as_person("ann").post(f"/r/{room.code}/delete").status_code == 404
    assert as_person("teacher").post(f"/r/{room.code}/delete").status_code == 302
    assert (Room.objects.count(), Participant.objects.count()) == (0, 0)


def test_the_picture_holds_the_rooms_address(room: Room) -> None:
    answer = as_person("ann").get(f"/r/{room.code}/qr.svg")
    assert (answer.headers["Content-Type"], answer.content.startswith(b"<svg")) == ("image/svg+xml", True)


def test_results_have_a_row_for_each_person_and_question_and_hold_no_formula(room: Room) -> None:
    ann, bob = seats.join(room.pk, "ann", "=cmd()1"), seats.join(room.pk, "bob", "Bob")
    table = [{"id": 5, "piece": b" fox".hex(), "p": 0.5}, {"id": 6, "piece": b" owl".hex(), "p": 0.25}]
    poll = Poll.objects.create(room=room, run="r", step=3, options=[5, 6], table=table, drawn=6, dice={}, revealed=timezone.now())
    Vote.objects.create(poll=poll, participant=ann, token=5, p=0.5, insight=9.0, luck=0.0)
    rows = list(csv.DictReader(io.StringIO(as_person("teacher").get(f"/r/{room.code}/results.csv").content.decode("utf-8-sig"))))
    assert [row["nickname"] for row in rows] == ["'=cmd()1", bob.nickname]
    assert [(row["answer"], row["probability"], row["drawn"], row["insight"], row["luck"]) for row in rows] == [
        (" fox", "0.5", " owl", "9.000", "0"), ("", "", " owl", "", ""),
    ]  # fmt: skip
    assert results.safe("@x") == "'@x"


def test_who_logs_in_keeps_their_rooms_and_their_seat(room: Room) -> None:
    seats.join(room.pk, "ann", "Ann")
    rooms.adopt("teacher", "account-1")
    rooms.adopt("ann", "account-2")
    assert (Room.objects.get().teacher, Participant.objects.get().person) == ("account-1", "account-2")


def test_a_name_or_a_guess_that_a_moderation_list_has_is_refused(room: Room) -> None:
    WordList.objects.create(name="rude", entries="blockhead")
    with pytest.raises(RunRefused) as refused:
        seats.join(room.pk, "ann", "Ｂlockhead 7")
    assert code_of(refused) == "nickname_forbidden"
    seats.join(room.pk, "ann", "Ann")
    poll = Poll.objects.create(room=room, run="r", step=3, options=[5], table=[], drawn=6, dice={})
    with pytest.raises(RunRefused) as refused:
        polls.vote(room.pk, "ann", poll.pk, None, "blockhead")
    assert code_of(refused) == "guess_forbidden"
    assert not Vote.objects.exists()
