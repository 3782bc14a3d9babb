"""What a room's sockets are told, read from the database in one go. Blocking; knows nothing of sockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass

from django.db.models import F, Q, Sum

from inference.eventlog.protocol import LogUnavailable
from playground.classroom import course, game_frames, games, limits, planned, polls, presence, rooms, scoring
from playground.classroom.game_messages import GameDesk, GameState
from playground.classroom.gate import Rule
from playground.classroom.models import Answer, Game, HandIn, Participant, Poll, Room, Vote
from playground.classroom.protocol import (
    AskedFor,
    Count,
    Guess,
    Handed,
    HandIns,
    LessonPlan,
    Option,
    Outcome,
    Question,
    RoomState,
    RoomUsage,
    Roster,
    Score,
    Scores,
    Seat,
    Tally,
    You,
)
from playground.runs.beginnings import asked_of, beginning

LEADERS = 10
MOST_LEADERS = 20  # where many share the last place
SHOWN_GUESSES = 8


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything about a room at one moment. ``you``: by participant."""

    version: int
    over: bool
    rule: Rule
    reached: int
    view: dict[str, bool | int | float | str | None]
    asked: AskedFor
    room: RoomState
    scores: Scores
    roster: Callable[[Set[int]], Roster]  # given who is here
    elsewhere: frozenset[int]  # who is here by another web process
    tally: Tally | None
    hand_ins: HandIns
    usage: RoomUsage | None  # not known while the event log is away
    game: GameState
    desk: GameDesk | None
    making: int | None  # the game whose texts are on their way
    lesson: LessonPlan
    you: dict[int, You]
    removed: frozenset[int]

    @property
    def game_asks(self) -> bool:
        return self.game.game is not None and self.game.game.state in games.ASKED


def snapshot(room_id: str) -> Snapshot | None:
    """``None`` where the room has been deleted."""
    room = Room.objects.filter(pk=room_id).first()
    if room is None:
        return None
    poll, game = polls.current(room), games.current(room.pk)
    seats = _seats(room)  # after the poll: points that count because of it are in
    there = [seat for seat in seats if not seat.removed]
    votes = list(Vote.objects.filter(poll=poll, participant__removed=False).order_by("pk")) if poll else []
    handed = list(HandIn.objects.filter(room=room).select_related("participant"))
    answers = game_frames.answers_to(game)
    voted = {each.participant_id for each in (answers if game and game.opened else votes)}
    return Snapshot(
        version=room.version,
        over=rooms.is_over(room),
        rule=Rule(room.passed, room.hold_at, room.every, room.entropy),
        reached=max(room.reached, room.passed),
        view=room.view,
        asked=AskedFor(room.run or None, asked_of(room.run)),
        room=_room(room, len(there), poll, votes),
        scores=_scores(room, there),
        roster=lambda here: Roster([Seat(seat.pk, seat.nickname, seat.pk in here, seat.pk in voted) for seat in there]),
        elsewhere=presence.elsewhere(room.pk),
        tally=_tally(poll, votes, len(there)) if poll else None,
        hand_ins=HandIns([Handed(row.run, row.participant_id, row.participant.nickname, row.at.isoformat(), beginning(row.run)) for row in handed]),
        lesson=planned.plan(course.taught(room), room.lesson, room.lesson_step),
        usage=_usage(room),
        game=game_frames.state_frame(game, answers),
        desk=game_frames.desk_frame(game, answers, len(there)) if game else None,
        making=game.pk if game and games.state_of(game) == "making" else None,
        you=_you(room, there, poll, votes, handed, game, answers),
        removed=frozenset(seat.pk for seat in seats if seat.removed),
    )


def _seats(room: Room) -> list[Participant]:
    counted = Q(votes__poll__revealed__isnull=False)
    sums = {"insight": Sum("votes__insight", filter=counted), "luck": Sum("votes__luck", filter=counted)}
    won = game_frames.points_in(room)
    seats = list(Participant.objects.filter(room=room).annotate(**sums).order_by(F("joined").asc(), "pk"))
    for seat in seats:
        seat.games = won.get(seat.pk)  # type: ignore[attr-defined]
    return seats


def _room(room: Room, people: int, poll: Poll | None, votes: list[Vote]) -> RoomState:
    same = ("code", "title", "language", "model", "max_tokens", "prompts", "capacity", "locked", "forks_muted", "scored", "live", "every", "entropy")
    return RoomState(
        **{name: getattr(room, name) for name in same},
        expires=room.expires.isoformat(),
        ended=rooms.is_over(room),
        people=people,
        run=room.run or None,
        question=_question(poll, votes) if poll else None,
        lesson=planned.line(course.taught(room), room.lesson_step),
    )


def _usage(room: Room) -> RoomUsage | None:
    most = limits.of_room(room)
    try:
        taken = limits.taken(room.pk)
    except LogUnavailable:
        return None
    return RoomUsage(taken.active_runs, most.active_runs, taken.tokens, most.tokens_per_day)


def _question(poll: Poll, votes: list[Vote]) -> Question:
    revealed = poll.revealed is not None
    by_token = Counter(vote.token for vote in votes)
    rows = {row["id"]: row for row in poll.table}

    def option(token: int) -> Option:
        row = rows[token]
        return Option(token, bytes.fromhex(row["piece"]), row["p"] if revealed else None, by_token[token] if revealed else None)

    return Question(
        id=poll.pk,
        kind="choice" if poll.kind == Poll.CHOICE else "token",
        text=poll.text,
        why=poll.why if revealed else "",
        step=poll.step,
        state="revealed" if revealed else "closed" if poll.closed else "open",
        options=[option(token) for token in poll.options],
        guesses=_guesses(poll, votes, known=True) if revealed else [],
        outcome=_outcome(poll, by_token[poll.drawn]) if revealed else None,
    )


def _outcome(poll: Poll, votes: int) -> Outcome:
    row = next((row for row in poll.table if row["id"] == poll.drawn), None)
    dice = poll.dice
    piece, p = (bytes.fromhex(row["piece"]), row["p"]) if row else (b"", None)
    return Outcome(poll.drawn, piece, p, votes, dice["greedy"], dice["u"], dice["low"], dice["high"])


def _guesses(poll: Poll, votes: list[Vote], *, known: bool) -> list[Guess]:
    """What was typed, the most frequent first; a guess that is on offer counts there."""
    typed = [vote for vote in votes if vote.guess and vote.token not in poll.options]
    counts = Counter(vote.guess for vote in typed)
    ps = {vote.guess: vote.p for vote in typed if vote.token is not None}
    return [Guess(text, ps.get(text) if known else None, count) for text, count in counts.most_common(SHOWN_GUESSES)]


def _tally(poll: Poll, votes: list[Vote], people: int) -> Tally:
    by_token = Counter(vote.token for vote in votes)
    counts = [Count(token, by_token[token]) for token in poll.options]
    return Tally(poll.pk, len(votes), people, counts, _guesses(poll, votes, known=False))


def _ranked(there: list[Participant]) -> dict[int, int]:
    """The places of those who have voted, or answered in a game."""
    voted = [seat for seat in there if _has_points(seat)]
    return dict(zip((seat.pk for seat in voted), scoring.ranks([_total(seat) for seat in voted]), strict=True))


def _scores(room: Room, there: list[Participant]) -> Scores:
    ranked = _ranked(there)
    if not room.scored:
        return Scores([], 0)
    all_ = [Score(seat.nickname, seat.pk, *_points(seat), ranked[seat.pk]) for seat in there if seat.pk in ranked]
    all_.sort(key=lambda score: (score.rank, score.nickname.casefold()))
    return Scores([score for score in all_ if score.rank <= LEADERS][:MOST_LEADERS], len(all_))


def _you(room: Room, there: list[Participant], poll: Poll | None, votes: list[Vote], handed: list[HandIn], game: Game | None, answers: list[Answer]) -> dict[int, You]:
    ranked = _ranked(there) if room.scored else {}
    votes_by = {vote.participant_id: vote for vote in votes}
    answers_by = {answer.participant_id: answer for answer in answers}
    runs: dict[int, list[str]] = {}
    for row in handed:
        runs.setdefault(row.participant_id, []).append(row.run)
    return {seat.pk: _one(seat, ranked.get(seat.pk), votes_by.get(seat.pk), poll, runs.get(seat.pk, []), room.scored, answers_by.get(seat.pk), game) for seat in there}


def _one(
    seat: Participant, rank: int | None, vote: Vote | None, poll: Poll | None, handed: list[str], scored: bool, answer: Answer | None, game: Game | None
) -> You:
    voted = (vote.guess or vote.token) if vote else None
    shown = vote if scored and poll and poll.revealed else None
    insight, luck, won = _points(seat) if scored else (0.0, 0.0, 0.0)
    told = answer if answer and game and game.revealed else None
    return You(
        "student", seat.pk, seat.nickname, voted, insight, luck, rank, shown.insight if shown else None, shown.luck if shown else None, handed,
        won, answer.picks if answer else None, told.right if told else None, told.points if told and scored else None,
    )  # fmt: skip


def _has_points(seat: Participant) -> bool:
    """Whether something of theirs has counted, be it for nothing."""
    return seat.insight is not None or seat.games is not None  # type: ignore[attr-defined]


def _points(seat: Participant) -> tuple[float, float, float]:
    """Insight, luck, games."""
    insight, luck, won = seat.insight, seat.luck, seat.games  # type: ignore[attr-defined]
    return round(insight or 0.0, 1), round(luck or 0.0, 1), round(won or 0.0, 1)


def _total(seat: Participant) -> float:
    return sum(_points(seat))
