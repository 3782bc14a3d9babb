"""What is told of a room beside runs, over ``/ws/rooms/<code>/``, typed; what people do there is in ``actions``. Frames as in ``playground.live.protocol``.

What the server sends are *states*, not changes: each frame says all of its subject, so whoever comes late, or missed some, needs the newest alone.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgpack

from inference.events import to_wire
from playground.classroom.game_messages import GameDesk, GameState

Role = Literal["teacher", "student", "guest", "removed"]


@dataclass(frozen=True, slots=True)
class Option:
    """A token on offer. ``p``, ``votes``: nil before the reveal."""

    id: int
    piece: bytes
    p: float | None
    votes: int | None


@dataclass(frozen=True, slots=True)
class Guess:
    """What somebody typed, and how many did. ``p`` nil: not among the tokens that the model's trace shows."""

    text: str
    p: float | None
    votes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the dice took, and with which number from which interval."""

    id: int
    piece: bytes
    p: float | None
    votes: int
    greedy: bool
    u: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Question:
    """A vote as the class sees it: which token comes at ``step``, or (``choice``) what a lesson's step asks; then an option's ``piece`` is an answer,
    the right one has ``p`` 1, and the outcome is the right one.
    """

    id: int
    kind: Literal["token", "choice"]
    text: str  # what a choice asks
    why: str  # what is to be said to the right answer; empty before the reveal
    step: int
    state: Literal["open", "closed", "revealed"]
    options: list[Option]
    guesses: list[Guess]  # empty before the reveal
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class LessonLine:
    """Where a ready lesson stands, for everybody."""

    title: str
    step: int  # from 0
    of: int
    heading: str
    line: str


@dataclass(frozen=True, slots=True)
class RoomState:
    """The room as everybody sees it."""

    type: ClassVar[str] = "room"
    code: str
    title: str
    language: str
    model: str
    max_tokens: int
    prompts: list[str]
    capacity: int
    expires: str  # ISO 8601
    ended: bool
    locked: bool
    forks_muted: bool
    scored: bool
    live: bool
    people: int
    every: int | None
    entropy: float | None
    run: str | None
    question: Question | None
    lesson: LessonLine | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where the run that is shown stands. ``step``: it waits before that one; nil: it does not."""

    type: ClassVar[str] = "waiting"
    run: str | None
    step: int | None
    why: Literal["hand", "every", "entropy"] | None
    entropy: float | None  # nats, of the token that waits


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What the run that is shown was asked for: ``spec`` as in ``start``."""

    type: ClassVar[str] = "asked"
    run: str | None
    spec: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TeacherView:
    """What the teacher looks at, as ``Point`` said it."""

    type: ClassVar[str] = "view"
    view: dict[str, bool | int | float | str | None]


@dataclass(frozen=True, slots=True)
class You:
    """Who one is in the room, and how one stands. ``voted``: the token or the guess of the question that is shown."""

    type: ClassVar[str] = "you"
    role: Role
    participant: int | None
    nickname: str | None
    voted: int | str | None
    insight: float
    luck: float
    rank: int | None
    won_insight: float | None  # by the question that is shown, once it is revealed
    won_luck: float | None
    handed_in: list[str]  # runs
    games: float  # points won in games
    picked: list[int] | None  # one's answer to the game that is on
    right: int | None  # how much of it is right, once that is revealed
    won_game: float | None  # by it


@dataclass(frozen=True, slots=True)
class Score:
    nickname: str
    participant: int
    insight: float
    luck: float
    games: float
    rank: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The scoreboard: the leading ones, all who share the last of its places among them up to a bound."""

    type: ClassVar[str] = "scores"
    scores: list[Score]
    of: int  # who have voted at all


@dataclass(frozen=True, slots=True)
class Seat:
    participant: int
    nickname: str
    here: bool
    voted: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in the room; for the teacher alone."""

    type: ClassVar[str] = "roster"
    seats: list[Seat]


@dataclass(frozen=True, slots=True)
class Count:
    id: int
    votes: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How the vote stands while it goes on; for the teacher alone."""

    type: ClassVar[str] = "tally"
    poll: int
    votes: int
    of: int
    counts: list[Count]
    guesses: list[Guess]


@dataclass(frozen=True, slots=True)
class Handed:
    run: str
    participant: int
    nickname: str
    at: str
    text: str  # the beginning of what it says


@dataclass(frozen=True, slots=True)
class HandIns:
    """What was handed in; for the teacher alone."""

    type: ClassVar[str] = "hand_ins"
    runs: list[Handed]


@dataclass(frozen=True, slots=True)
class RoomUsage:
    """What the students' own runs take of the room's limits; for the teacher alone. No ``most_tokens``: no limit."""

    type: ClassVar[str] = "room_usage"
    runs: int  # waiting and running
    most_runs: int
    tokens: int  # of today
    most_tokens: int | None


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step as its teacher has it: what to say, to run, to look at, to wait for and to ask."""

    title: str
    line: str
    notes: list[str]
    prompt: str
    sampling: dict[str, Any]  # what is not named is at its default
    look: dict[str, Any]  # panel, token, layer, head, first, colours, view
    pause: dict[str, Any]  # before, every, entropy
    question: dict[str, Any]  # kind; of a token: options; of a choice: text, answers, right, why


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """The room's ready lesson, and its current step; for the teacher alone. ``key`` nil: there is none."""

    type: ClassVar[str] = "lesson"
    key: str | None
    title: str
    about: str
    at: int
    steps: list[StepPlan]


@dataclass(frozen=True, slots=True)
class Done:
    """A message was carried out."""

    type: ClassVar[str] = "done"
    ref: str


RoomServerMessage = RoomState | Waiting | AskedFor | TeacherView | You | Scores | Roster | Tally | HandIns | RoomUsage | GameState | GameDesk | LessonPlan | Done


def pack(message: RoomServerMessage) -> bytes:
    """One frame to the browser."""
    return typing.cast(bytes, msgpack.packb({"type": message.type, **to_wire(message)}))
