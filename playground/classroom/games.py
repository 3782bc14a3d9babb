"""Guessing games: setting one up, asking, answering, revealing. Blocking; knows nothing of sockets or of how texts are made."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from inference.events import ErrorInfo
from playground.classroom import game_texts, polls, scoring, seats
from playground.classroom.game_messages import State
from playground.classroom.models import Answer, Game, Participant, Room
from playground.classroom.refusing import refusal

UNDER_WAY: tuple[State, ...] = ("making", "ready", "open", "closed")
ASKED: tuple[State, ...] = ("open", "closed")


def current(room: str) -> Game | None:
    """The game that the room is at, or has just failed to set up."""
    return Game.objects.filter(room=room, ended=None).order_by("-pk").first()


def state_of(game: Game) -> State:
    reached: list[tuple[State, object]] = [
        ("failed", game.fault), ("revealed", game.revealed), ("closed", game.closed), ("open", game.opened), ("ready", game.made),
    ]  # fmt: skip
    return next((name for name, when in reached if when), "making")


def set_up(room_id: str, fields: dict[str, Any], cards: list[dict[str, Any]]) -> Game:
    """A new game, its texts in an order of their own. Raises ``RunRefused`` where the class is busy."""
    secrets.SystemRandom().shuffle(cards)
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        check_free(room)
        Game.objects.filter(room=room, ended=None).update(ended=timezone.now())
        polls.leave_choices(room_id)
        return Game.objects.create(room=room, cards=cards, **fields)


def check_free(room: Room) -> None:
    """Raises ``RunRefused`` while the class is at a question or a game."""
    polls.check_free(room)
    check_over(room.pk)


def check_over(room: str) -> None:
    """Raises ``RunRefused`` while there is a game that has not been revealed."""
    now = current(room)
    if now and state_of(now) in UNDER_WAY:
        raise refusal("game_on", "a game is going on; reveal it or put it away first")


def keep_texts(game: int, cards: list[dict[str, Any]]) -> None:
    """The texts are there. Whoever comes second changes nothing."""
    Game.objects.filter(pk=game, made=None, fault__isnull=True).update(cards=cards, made=timezone.now())


def fail(game: int, error: ErrorInfo) -> None:
    """There will be no texts."""
    Game.objects.filter(pk=game, made=None, fault__isnull=True).update(fault={"code": error.code, "message": error.message})


def open_(room: str, game: int) -> None:
    """Ask the class. Raises ``RunRefused``."""
    _step(room, game, "ready", opened=timezone.now())


def close(room: str, game: int) -> None:
    """No more answers. Raises ``RunRefused``."""
    if state_of(_found(room, game)) != "closed":
        _step(room, game, "open", closed=timezone.now())


def reveal(room: str, game: int) -> None:
    """Show what is true. Raises ``RunRefused``."""
    now = timezone.now()
    if state_of(_found(room, game)) != "revealed":
        _step(room, game, *ASKED, closed=now, revealed=now)


def end(room: str, game: int) -> Game:
    """Take the game away; one that has not been revealed is void. Raises ``RunRefused``."""
    found = _found(room, game)
    if state_of(found) == "revealed":
        Game.objects.filter(pk=game).update(ended=timezone.now())
    else:
        Game.objects.filter(pk=game).delete()
    return found


def put_away(room: str) -> None:
    """The class turns to something else: what has been revealed, or has failed, is not shown any more."""
    now = current(room)
    if now and state_of(now) in ("revealed", "failed"):
        end(room, now.pk)


def of_game(room: str, run: str) -> bool:
    """Whether ``run`` wrote a text of a game that has been revealed. Raises ``RunRefused`` for one that has not."""
    for game in Game.objects.filter(room=room):
        if any(card["run"] == run for card in game.cards):
            if state_of(game) in UNDER_WAY:
                raise refusal("game_on", "this would tell; reveal the game first", "run", run)
            return True
    return False


def answer(room_id: str, person: str, game_id: int, picks: Sequence[int]) -> Answer:
    """Count ``person``'s answer, once. Raises ``RunRefused``."""
    seat = seats.voter(room_id, person)
    game = Game.objects.filter(room=room_id, pk=game_id, opened__isnull=False, ended=None).first()
    if game is None:
        raise refusal("no_game", "there is no such game in this room", "game", game_id)
    if state_of(game) != "open":
        raise refusal("vote_late", "the vote is closed")
    return _counted(game, seat, list(picks), _right(game, picks))


def worth(game: Game) -> float:
    """Points for each thing that one is right about."""
    return scoring.MATCH if game.kind == "match" else scoring.ODD


def card(**fields: Any) -> dict[str, Any]:
    """A text that is still to be made."""
    return {"run": None, "ids": None, "value": None, "text": "", "cut": False, "tokens": [], **fields}


def _counted(game: Game, seat: Participant, picks: list[int], right: int) -> Answer:
    try:
        with transaction.atomic():
            return Answer.objects.create(game=game, participant=seat, picks=picks, right=right, points=right * worth(game))
    except IntegrityError as error:
        raise refusal("voted_already", "your vote has been counted; it stands") from error


def _right(game: Game, picks: Sequence[int]) -> int:
    """How much of ``picks`` is right. Raises ``RunRefused`` where that is no answer."""
    count = len(game.cards)
    wanted = count if game.kind == "match" else 1
    if len(picks) != wanted:
        raise refusal("picks_incomplete", "every text wants an answer", "picks", len(picks), f"length {wanted}")
    if foreign := [pick for pick in picks if not 0 <= pick < count]:
        raise refusal("not_offered", "this is not offered", "picks", foreign[0], f">= 0, < {count}")
    if len(set(picks)) < len(picks):
        raise refusal("picked_twice", "each setting belongs to one text", "picks", list(picks))
    texts = [each["text"] for each in game.cards]
    if game.kind == "match":
        return sum(game_texts.matched(picks, [each["value"] for each in game.cards], texts))
    return int(game_texts.found(picks[0], [each["run"] is not None for each in game.cards], texts))


def _found(room: str, game: int) -> Game:
    found = Game.objects.filter(room=room, pk=game, ended=None).first()
    if found is None:
        raise refusal("no_game", "there is no such game in this room", "game", game)
    return found


def _step(room: str, game: int, *before: State, **fields: Any) -> None:
    """From one of the states ``before`` to the next."""
    state = state_of(_found(room, game))
    if state not in before:
        raise refusal("game_state", f"the game is {state}; this needs {' or '.join(before)}", "game", state, f"one of {', '.join(before)}")
    Game.objects.filter(pk=game).update(**fields)
