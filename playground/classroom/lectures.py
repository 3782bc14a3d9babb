"""A lecture kept as a session of its teacher: copies of the runs that the class saw, and the record of what was shown. Blocking; knows nothing of HTTP.

Nothing in it names anybody of the class: votes and guesses are totals, and what was typed is only counted. The session is its owner's; it stays when the room is deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from playground.classroom import game_frames
from playground.classroom.models import Game, Lecture, Moment, Poll, Room, Vote
from playground.classroom.played import Played
from playground.classroom.recorded import Ask, record
from playground.classroom.refusing import refusal
from playground.runs import keeping, sessions
from playground.runs.models import PromptSession, Run, RunState


@transaction.atomic
def kept(room: Room) -> str:
    """The id of the session, with all that can be replayed by now. Raises ``RunRefused`` where that is nothing."""
    Room.objects.select_for_update().get(pk=room.pk)
    lecture, _ = Lecture.objects.get_or_create(room=room)
    moments = list(Moment.objects.filter(room=room))
    session = _session(room, lecture)
    fresh = _fresh(moments, lecture)
    _copy(fresh, session, lecture)
    if not lecture.runs:
        raise refusal("no_room_to_keep" if fresh else "nothing_to_replay", "no run of this lecture can be kept yet")
    session.draft = {**session.draft, "lecture": _record(room, moments, lecture.runs)}
    session.save()
    lecture.session = session.pk
    lecture.save()
    return session.pk


def _session(room: Room, lecture: Lecture) -> PromptSession:
    """The one of before, so that a link that was shared goes on; a new one where its owner has deleted it."""
    found = PromptSession.objects.filter(pk=lecture.session, owner=room.teacher).first()
    if found is None:
        lecture.runs = {}
    return found or PromptSession.objects.create(owner=room.teacher, title=room.title)


def _fresh(moments: list[Moment], lecture: Lecture) -> list[Run]:
    shown = {moment.run for moment in moments if moment.run} - set(lecture.runs)
    return list(Run.objects.filter(pk__in=shown, state=RunState.STORED).order_by("created", "pk"))


def _copy(runs: list[Run], session: PromptSession, lecture: Lecture) -> None:
    """Under ids of their own; a run that came of one that was copied before comes of that copy. For one too many there is another time."""
    copies = sessions.copy_runs(runs, session, lambda run: keeping.trace(run.pk))
    Run.objects.filter(pk__in=copies.values()).exclude(state=RunState.STORED).delete()
    there = set(session.runs.values_list("pk", flat=True))
    lecture.runs = {old: new for old, new in {**lecture.runs, **copies}.items() if new in there}
    for run in runs:
        if run.pk in lecture.runs and run.parent_id in lecture.runs:
            Run.objects.filter(pk=lecture.runs[run.pk]).update(parent=lecture.runs[run.parent_id])


def _record(room: Room, moments: list[Moment], runs: dict[str, str]) -> dict[str, Any]:
    def ms(at: datetime) -> int:
        return round((at - room.created).total_seconds() * 1000)

    seen = [(ms(each.at), runs[each.run], each.tokens or 0) for each in moments if each.run in runs]
    views = [(ms(each.at), each.view) for each in moments if each.view is not None]
    polls = Poll.objects.filter(room=room, revealed__isnull=False).order_by("opened", "pk")
    asks = [_ask(poll, ms(poll.opened), ms(poll.revealed), runs.get(poll.run, "")) for poll in polls if poll.revealed]
    return record(seen, views, asks, _games(room, ms))


def _games(room: Room, ms: Callable[[datetime], int]) -> list[Played]:
    """Those that were revealed, the oldest first; one that was dropped before has left nothing."""
    found: list[Played] = []
    for game in Game.objects.filter(room=room).order_by("opened", "pk"):
        told = game_frames.state_frame(game, game_frames.answers_to(game)).game
        if told and game.opened and game.revealed:
            found.append(Played(ms(game.opened), ms(game.revealed), ms(game.ended) if game.ended else None, told))
    return found


def _ask(poll: Poll, opened: int, revealed: int, run: str) -> Ask:
    counts = Counter(Vote.objects.filter(poll=poll, participant__removed=False).values_list("token", flat=True))
    rows = {row["id"]: row for row in poll.table}
    options = [{**_row(rows, token), "votes": counts.pop(token, 0)} for token in poll.options]
    return Ask(opened, revealed, run, poll.kind, poll.text, poll.why, poll.step, options, sum(counts.values()), _row(rows, poll.drawn), poll.dice)


def _row(rows: dict[int, dict[str, Any]], token: int) -> dict[str, Any]:
    row = rows.get(token)
    return {"id": token, "piece": row["piece"] if row else "", "p": row["p"] if row else None}
