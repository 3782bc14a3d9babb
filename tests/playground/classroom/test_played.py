"""Games in a lecture's record: at which time, with which texts and guesses, and of whom nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playground.classroom import games, lectures, played, rooms, seats
from playground.classroom.game_messages import Card, ScoredToken
from playground.classroom.game_messages import Game as Shown
from playground.classroom.models import Answer, Game, Room
from playground.classroom.played import Played, told
from playground.classroom.recorded import Ask, record
from playground.live.refusals import RunRefused
from playground.runs import exports, lecture_file, sessions
from playground.runs.models import PromptSession
from tests.playground.classroom.test_lectures import seen
from tests.playground.runs.kept import stored_run

MATCH = [games.card(run=f"run{n}", value=value, text=text, cut=True, tokens=[[b" a".hex(), 0.5], [text.encode().hex(), 2.25]]) for n, (value, text) in enumerate([(1, "one"), (0, "zero")])]
ODD = [games.card(text="by Eve", ids=[4], tokens=[[b"by".hex(), 9.0]]), games.card(run="run9", text="by it", tokens=[[b"by".hex(), 1.0], [b" it".hex(), 0.123456]])]


@pytest.fixture
def room(db: None) -> Room:
    return rooms.open_room("teacher", "Games", language="en")


def guessed(room: Room, at: float, picks: dict[str, list[int]], *, revealed: bool = True, **fields: Any) -> Game:
    """A game asked ``at`` seconds after the room was opened, revealed two seconds later, and put away after three more."""
    asked = room.created + timedelta(seconds=at)
    ends = {"closed": asked + timedelta(seconds=2), "revealed": asked + timedelta(seconds=2), "ended": asked + timedelta(seconds=5)} if revealed else {}
    game = Game.objects.create(room=room, model="stories", made=asked, opened=asked, **fields, **ends)
    for name, pick in picks.items():
        seat = room.participants.filter(nickname=name).first() or seats.join(room.pk, name, name)
        Answer.objects.create(game=game, participant=seat, picks=pick, right=0, points=0.0)
    return game


def matched(room: Room, at: float, **fields: Any) -> Game:
    picks = {"Ann": [1, 0], "Bob": [1, 0], "Kim": [0, 1]}
    return guessed(room, at, picks, kind="match", prompt="Once", setting="temperature", values=[0.2, 1.5], cards=MATCH, **fields)


def kept(room: Room) -> dict[str, Any]:
    lecture: dict[str, Any] = PromptSession.objects.get(pk=lectures.kept(room)).draft["lecture"]
    return lecture


def test_a_game_is_kept_with_its_texts_guesses_and_truth_where_it_was_played(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1, 2)
    matched(room, 4)
    guessed(room, 10, {"Ann": [1], "Bob": [0]}, kind="odd", prompt="Twice", cards=ODD)
    lecture = kept(room)
    match, odd = lecture["games"]
    assert [(game["ms"], game["revealed"], game["ended"], game["answers"]) for game in (match, odd)] == [(3000, 5000, 8000, 3), (9000, 11_000, 14_000, 2)]
    assert lecture["length"] == 14_000
    assert (match["kind"], match["prompt"], match["setting"], match["values"]) == ("match", "Once", "temperature", [0.2, 1.5])
    assert [(card["text"], card["cut"], card["value"], card["by_model"], card["votes"], card["right"]) for card in match["cards"]] == [
        ("one", True, 1, True, [1, 2], 2),
        ("zero", True, 0, True, [2, 1], 2),
    ]
    assert [(card["by_model"], card["votes"], card["right"], card["bits"]) for card in odd["cards"]] == [(False, [1], None, 9.0), (True, [1], 1, 0.5617)]
    assert odd["cards"][1]["tokens"] == [["6279", 1.0], ["206974", 0.1235]]


def test_nobody_who_guessed_is_named_and_who_was_removed_does_not_count(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    matched(room, 4)
    seats.remove(room.pk, room.participants.get(nickname="Kim").pk)
    lecture = kept(room)
    assert (lecture["games"][0]["answers"], lecture["games"][0]["cards"][0]["votes"]) == (2, [0, 2])
    assert not [word for word in ("Ann", "Bob", "Kim", "run0", "run1") if word in json.dumps(lecture["games"])]


def test_a_game_that_was_not_revealed_is_not_kept_and_one_before_the_first_run_begins_the_lecture(room: Room) -> None:
    matched(room, 0.5)
    seen(room, stored_run("teacher"), 0, 1)
    matched(room, 8, revealed=False)
    lecture = kept(room)
    assert [(game["ms"], game["revealed"]) for game in lecture["games"]] == [(0, 2000)]
    assert [ms for ms, *_ in lecture["seen"]] == [500, 1500]


def test_a_game_that_is_still_on_the_screen_has_no_end(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    game = matched(room, 4)
    Game.objects.filter(pk=game.pk).update(ended=None)
    assert kept(room)["games"][0]["ended"] is None


def test_games_travel_with_a_copy_and_with_a_file(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    matched(room, 4)
    session = PromptSession.objects.get(pk=lectures.kept(room))
    for copy in (sessions.fork("teacher", session.pk), exports.imported("somebody", exports.exported(session))):
        assert copy.draft["lecture"]["games"] == session.draft["lecture"]["games"]


def test_games_stay_when_the_room_is_deleted(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    matched(room, 4)
    session = lectures.kept(room)
    rooms.delete(room.pk)
    assert not Game.objects.exists()
    assert PromptSession.objects.get(pk=session).draft["lecture"]["games"][0]["answers"] == 3


def long_game(at: int, text: str = "word") -> Played:
    tokens = [ScoredToken(b" word", 1.0)] * 120
    cards = [Card(text, False, place, True, None, 1.0, tokens, [0] * 5, 0) for place in range(5)]
    return Played(at, at + 1, at + 2, Shown(at, "match", "revealed", "Once", "temperature", [0.1, 0.2, 0.3, 0.4, 0.5], cards, 0, 5.0))


def test_many_long_games_lose_the_surprise_at_their_tokens_before_they_are_left_out() -> None:
    several = told([long_game(at) for at in range(12)], 0)
    coloured = [bool(game["cards"][0]["tokens"]) for game in several]
    assert len(several) == 12
    assert coloured == sorted(coloured, reverse=True)
    assert (coloured[0], coloured[-1]) == (True, False)
    far_too_many = told([long_game(at, "x" * 600) for at in range(100)], 0)
    assert len(json.dumps(far_too_many)) <= played.MOST_BYTES + 2 * len(far_too_many)
    assert 0 < len(far_too_many) < 100


def test_what_is_recorded_is_what_a_file_may_hold() -> None:
    drawn = {"id": 6, "piece": "20", "p": None}
    ask = Ask(100, 200, "a", "token", "", "", 0, [{**drawn, "votes": 1}], 0, drawn, {"greedy": False, "u": 0.5, "low": 0.25, "high": 1.0})
    lecture_file.check(record([(50, "a", 0)], [(60, {"tab": "choice"})], [ask], [long_game(300)]))


def test_a_room_with_a_game_and_no_run_has_nothing_to_replay_yet(room: Room) -> None:
    Game.objects.create(room=room, kind="odd", model="stories", prompt="Twice", cards=ODD, made=timezone.now(), opened=timezone.now(), revealed=timezone.now())
    with pytest.raises(RunRefused, match="no run of this lecture can be kept yet"):
        lectures.kept(room)
