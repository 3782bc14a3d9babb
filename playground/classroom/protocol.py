"""What is said in a room beside runs, both directions of ``/ws/rooms/<code>/``, typed, in one place. Frames as in ``playground.live.protocol``.

What the server sends are *states*, not changes: each frame says all of its subject, so whoever comes late, or missed some, needs the newest alone.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import msgpack
from pydantic import Field, TypeAdapter

from inference.events import to_wire
from inference.spec import Spec
from playground.classroom.bounds import MAX_GUESS, MAX_LESSON_KEY, MAX_TITLE
from playground.classroom.game_messages import AnswerGame, GameByTeacher, GameDesk, GameState
from playground.live.protocol import Ref, RunId

Name = Annotated[str, Field(pattern=r"^[a-zA-Z]{1,24}$")]
Scalar = bool | int | float | Annotated[str, Field(max_length=80)] | None
Role = Literal["teacher", "student", "guest", "removed"]


class Join(Spec):
    """Take a seat. Answered by ``done`` and ``you``."""

    type: Literal["join"]
    ref: Ref
    nickname: str = Field(max_length=200)


class CastVote(Spec):
    """Answer the question ``poll``, by a token that it offers or by a guess."""

    type: Literal["vote"]
    ref: Ref
    poll: int
    token: int | None = None
    guess: str = Field("", max_length=MAX_GUESS)


class GiveRun(Spec):
    """Hand a run of one's own in."""

    type: Literal["hand_in"]
    ref: Ref
    run: RunId


class ChangeRoom(Spec):
    """The teacher: change what is given; the rest stays."""

    type: Literal["room_change"]
    ref: Ref
    title: str = Field("", max_length=MAX_TITLE)
    locked: bool = False
    forks_muted: bool = False
    scored: bool = True
    live: bool = True
    every: int | None = Field(None, ge=1, le=1000)  # pause before each token whose step it divides
    entropy: float | None = Field(None, ge=0, le=20, allow_inf_nan=False)  # nats of the raw distribution; pause before a token of at least that


class ShowRun(Spec):
    """The teacher: the class sees this run, the teacher's own or one that was handed in."""

    type: Literal["room_show"]
    ref: Ref
    run: RunId


class Point(Spec):
    """The teacher: what is looked at. Names and values are the page's; unanswered."""

    type: Literal["room_view"]
    view: dict[Name, Scalar] = Field(max_length=24)


class Hold(Spec):
    """The teacher: wait before the next token, go on, or let one token through."""

    type: Literal["room_hold"]
    ref: Ref
    what: Literal["pause", "go", "next"]


class AskClass(Spec):
    """The teacher: ask which token comes where the run waits."""

    type: Literal["poll_open"]
    ref: Ref
    options: int = Field(4, ge=2, le=8)


class ClosePoll(Spec):
    """The teacher: no more votes."""

    type: Literal["poll_close"]
    ref: Ref


class RevealPoll(Spec):
    """The teacher: show what was voted and drawn, and let the token come."""

    type: Literal["poll_reveal"]
    ref: Ref


class PickLesson(Spec):
    """The teacher: teach the ready lesson of this key from its beginning; empty: none."""

    type: Literal["lesson_pick"]
    ref: Ref
    lesson: str = Field(max_length=MAX_LESSON_KEY)


class GoToStep(Spec):
    """The teacher: go to a step of the room's lesson, from 0."""

    type: Literal["lesson_step"]
    ref: Ref
    lesson: str = Field(max_length=MAX_LESSON_KEY)
    step: int = Field(ge=0, le=1000)


class AskLesson(Spec):
    """The teacher: ask what the lesson's step asks, where that is a choice among answers."""

    type: Literal["lesson_ask"]
    ref: Ref


class RemovePerson(Spec):
    """The teacher: take somebody out of the room."""

    type: Literal["room_remove"]
    ref: Ref
    participant: int


class EndRoom(Spec):
    """The teacher: the lecture is over."""

    type: Literal["room_end"]
    ref: Ref


ByStudent = Join | CastVote | GiveRun | AnswerGame
ByLesson = PickLesson | GoToStep | AskLesson
ByTeacher = ChangeRoom | ShowRun | Point | Hold | AskClass | ClosePoll | RevealPoll | RemovePerson | EndRoom | GameByTeacher | ByLesson
AnyRoomMessage = ByStudent | ByTeacher
RoomClientMessage = Annotated[AnyRoomMessage, Field(discriminator="type")]
ROOM_MESSAGE: TypeAdapter[AnyRoomMessage] = TypeAdapter(RoomClientMessage)
ROOM_TYPES = frozenset(cls.model_fields["type"].annotation.__args__[0] for cls in typing.get_args(AnyRoomMessage))


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
