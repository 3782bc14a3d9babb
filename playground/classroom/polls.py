"""Votes before the reveal: asking, voting, closing, revealing. Blocking; knows nothing of sockets."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from playground.classroom import scoring, seats
from playground.classroom.distribution import table_of
from playground.classroom.models import Poll, Room, Vote
from playground.classroom.refusing import refusal
from playground.moderation import services as moderation

FEWEST, MOST = 2, 8  # options


def current(room: Room) -> Poll | None:
    """The question that the class sees: the last of the run that is shown, or of the lesson as long as the class is at it."""
    return Poll.objects.filter(Q(kind=Poll.CHOICE, left=None) | Q(run=room.run) & ~Q(kind=Poll.CHOICE), room=room).order_by("-pk").first()


def check_free(room: Room) -> None:
    """Raises ``RunRefused`` while the class is being asked."""
    poll = current(room)
    if poll and poll.revealed is None:
        raise refusal("poll_open", "the class is already being asked; reveal that first")


def ask(room_id: str, event: Mapping[str, Any], options: int) -> Poll:
    """Ask the class which token comes where ``event`` (a token event, as a map) stands. Raises ``RunRefused``."""
    table = table_of(event)
    if len(table) < FEWEST:
        raise refusal("no_candidates", "this step has no candidates to choose among", "step", event["step"])
    offered = [row["id"] for row in table[: max(FEWEST, min(MOST, options))]]
    secrets.SystemRandom().shuffle(offered)
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        check_free(room)
        dice = {name: event["trace"]["dice"][name] for name in ("greedy", "u", "low", "high")}
        return Poll.objects.create(room=room, run=room.run, step=event["step"], options=offered, table=table, drawn=event["id"], dice=dice)


def vote(room_id: str, person: str, poll_id: int, token: int | None, guess: str) -> Vote:
    """Count ``person``'s answer, once. Raises ``RunRefused``."""
    seat = seats.voter(room_id, person)
    poll = Poll.objects.filter(room=room_id, pk=poll_id).first()
    if poll is None:
        raise refusal("no_poll", "there is no such question in this room", "poll", poll_id)
    if poll.closed or poll.revealed:
        raise refusal("vote_late", "the vote is closed")
    if token is None and poll.kind == Poll.CHOICE:
        raise refusal("not_offered", "choose one of the answers", "guess", guess)
    found = _chosen(poll, token) if token is not None else guessed(poll.table, guess)
    if token is None and moderation.met_by(moderation.filters(), guess):  # the class reads it on the screen
        raise refusal("guess_forbidden", "this guess is not welcome here", "guess")
    p, hit = (found["p"], found["id"] == poll.drawn) if found else (0.0, False)
    fields = {"token": found and found["id"], "guess": "" if token is not None else _tidy(guess), "p": p}
    try:
        with transaction.atomic():
            luck = scoring.LUCK if hit and poll.kind == Poll.TOKEN else 0.0
            return Vote.objects.create(poll=poll, participant=seat, insight=scoring.insight(p), luck=luck, **fields)
    except IntegrityError as error:
        raise refusal("voted_already", "your vote has been counted; it stands") from error


def close(room: str) -> None:
    """No more votes."""
    Poll.objects.filter(room=room, closed=None).update(closed=timezone.now())


def reveal(room_id: str) -> Poll:
    """Show the class what was voted, what the model thought and what the dice took; the run goes on. Raises ``RunRefused``."""
    poll = Poll.objects.filter(room=room_id, revealed=None).order_by("-pk").first()
    if poll is None:
        raise refusal("no_poll", "nothing is being asked")
    now = timezone.now()
    Poll.objects.filter(room=room_id, revealed=None).update(closed=now, revealed=now)
    return poll


def drop_open(room_id: str) -> None:
    """Questions about a run that the class has left are void. One of a lesson stays as long as it is open: who runs the prompt then shows the answer."""
    Poll.objects.filter(room=room_id, revealed=None).exclude(kind=Poll.CHOICE).delete()
    Poll.objects.filter(room=room_id, kind=Poll.CHOICE, revealed__isnull=False, left=None).update(left=timezone.now())


def leave_choices(room_id: str) -> None:
    """The class goes on from what a lesson asked."""
    Poll.objects.filter(room=room_id, kind=Poll.CHOICE, left=None).update(left=timezone.now())


def guessed(table: list[dict[str, Any]], guess: str) -> dict[str, Any] | None:
    """The likeliest token that is written as ``guess``, blanks around it and capitals aside. Raises ``RunRefused`` where that is nothing."""
    wanted = _tidy(guess).casefold()
    if not wanted:
        raise refusal("guess_empty", "a guess has at least one character", "guess", guess)
    return next((row for row in table if _tidy(bytes.fromhex(row["piece"]).decode("utf-8", "replace")).casefold() == wanted), None)


def _chosen(poll: Poll, token: int) -> dict[str, Any]:
    if token not in poll.options:
        raise refusal("not_offered", "this token is not offered", "token", token)
    found: dict[str, Any] = next(row for row in poll.table if row["id"] == token)
    return found


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
