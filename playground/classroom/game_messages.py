"""What is said of games, both directions of ``/ws/rooms/<code>/``. Frames and refusals as in ``protocol``.

Two games. *Match*: the model has written one beginning on under several values of one setting; who wrote what? *Odd one out*: people have gone
on from the same beginning; which text is the model's? Texts are named by their place in the order shown, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from inference.spec import RunSpec, Spec
from playground.live.protocol import Ref

Kind = Literal["match", "odd"]
State = Literal["making", "ready", "failed", "open", "closed", "revealed"]
Setting = Literal["temperature", "top_p", "top_k", "min_p", "repetition_penalty", "frequency_penalty", "presence_penalty"]


class MatchGame(Spec):
    """The teacher: let the model write ``spec`` once under each of ``values`` of ``setting``."""

    type: Literal["game_match"]
    ref: Ref
    spec: RunSpec
    setting: Setting = "temperature"
    values: list[float] = Field(max_length=64)


class OddGame(Spec):
    """The teacher: let the model write ``spec``, to be found among ``texts``, with which people went on from the same beginning."""

    type: Literal["game_odd"]
    ref: Ref
    spec: RunSpec
    texts: list[str] = Field(max_length=64)


class GoOnWithGame(Spec):
    """The teacher: ask the class, take no more answers, show what is true, or take the game away (before the reveal it is void)."""

    type: Literal["game_go"]
    ref: Ref
    game: int
    what: Literal["open", "close", "reveal", "end"]


class AnswerGame(Spec):
    """Answer a game, once. ``picks``: at a match the place of a value for each text; at odd one out the one text."""

    type: Literal["game_answer"]
    ref: Ref
    game: int
    picks: list[int] = Field(max_length=64)


@dataclass(frozen=True, slots=True)
class ScoredToken:
    """A token of a text. ``surprisal``: bits, under the model's own distribution, before any stage."""

    piece: bytes
    surprisal: float


@dataclass(frozen=True, slots=True)
class Card:
    """One text. All but ``text`` and ``cut`` is nil or empty before the reveal."""

    text: str
    cut: bool  # the model would have gone on
    value: int | None  # the place of the value that made it; nil at odd one out
    by_model: bool | None
    run: str | None  # nil for a text by people
    bits: float | None  # mean surprisal of a token
    tokens: list[ScoredToken]
    votes: list[int]  # at a match for each value, at odd one out one number
    right: int | None  # how many were right about it


@dataclass(frozen=True, slots=True)
class Game:
    """A game as the class sees it."""

    id: int
    kind: Kind
    state: State
    prompt: str  # the beginning; empty until the class is asked
    setting: Setting | None
    values: list[float]  # on offer, ascending
    cards: list[Card]  # none until the class is asked
    answers: int | None  # nil before the reveal
    most: float  # points that can be won


@dataclass(frozen=True, slots=True)
class GameState:
    """The game that the class is at, if any; for those who have joined, and the teacher."""

    type: ClassVar[str] = "game"
    game: Game | None


@dataclass(frozen=True, slots=True)
class GameDesk:
    """A game as the teacher sees it until the reveal: the texts, how the answers stand, what went wrong."""

    type: ClassVar[str] = "game_desk"
    game: int
    prompt: str
    texts: list[str]  # empty while they are made
    votes: int
    of: int
    counts: list[list[int]]  # by text, as ``Card.votes``
    fault: str | None  # a code, as in ``error``
    message: str | None


GameByTeacher = MatchGame | OddGame | GoOnWithGame
