"""What people do in a room beside runs: what browsers send over ``/ws/rooms/<code>/``, typed. Frames as in ``playground.live.protocol``."""

from __future__ import annotations

import typing
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from inference.spec import Spec
from playground.classroom.bounds import MAX_GUESS, MAX_LESSON_KEY, MAX_TITLE
from playground.classroom.game_messages import AnswerGame, GameByTeacher
from playground.live.protocol import Ref, RunId

Name = Annotated[str, Field(pattern=r"^[a-zA-Z]{1,24}$")]
Scalar = bool | int | float | Annotated[str, Field(max_length=80)] | None


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
