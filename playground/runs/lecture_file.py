"""What a lecture's record in a file may be: every kind of value in it is checked before anything is created. Pure; knows neither rooms nor the database.

``playground/classroom/recorded.py`` writes it. What is not named here is let through, so that a later site may tell more; ``games`` may be absent, as in older files.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

Ms = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
Chance = Annotated[float, Field(ge=0)]
Piece = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class _Token(_Told):
    id: int
    piece: Piece
    p: Chance | None


class _Option(_Token):
    votes: Count


class _Dice(_Told):
    greedy: bool
    u: float
    low: float
    high: float


class _Ask(_Told):
    ms: Ms
    revealed: Ms
    run: Count | None
    kind: Literal["token", "choice"]
    text: str
    why: str
    step: Count
    options: list[_Option]
    guessed: Count
    drawn: _Token
    dice: _Dice


class _Card(_Told):
    text: str
    cut: bool
    value: Count | None
    by_model: bool
    votes: list[Count]
    right: Count | None
    bits: float | None
    tokens: list[tuple[Piece, float]]


class _Game(_Told):
    ms: Ms
    revealed: Ms
    ended: Ms | None
    kind: Literal["match", "odd"]
    prompt: str
    setting: Annotated[str, Field(max_length=24)] | None
    values: list[float]
    answers: Count
    cards: Annotated[list[_Card], Field(min_length=2)]


def _whole(game: _Game) -> _Game:
    """Its texts, values and guesses fit together. Raises ``ValueError``, beginning with the field."""
    match = game.kind == "match"
    if len(game.values) != (len(game.cards) if match else 0):
        raise ValueError(f"values: {len(game.values)} of them, for {len(game.cards)} texts of a game of the kind {game.kind}")
    if match != (game.setting is not None):
        raise ValueError("setting: a game of the kind match has one, no other has")
    if not match and sum(card.by_model for card in game.cards) != 1:
        raise ValueError("cards: one text is the model's")
    for place, card in enumerate(game.cards):
        if match and (card.value is None or card.value >= len(game.values)):
            raise ValueError(f"cards.{place}.value: {card.value}, must be the place of one of {len(game.values)} values")
        if len(card.votes) != (len(game.values) if match else 1):
            raise ValueError(f"cards.{place}.votes: {len(card.votes)} numbers, must be {len(game.values) if match else 1}")
    return game


class _Lecture(_Told):
    version: Literal[1]
    length: Ms
    runs: list[str]
    seen: list[tuple[Ms, Count, Count]]
    views: list[tuple[Ms, dict[str, Any]]]
    asks: list[_Ask]
    games: list[Annotated[_Game, AfterValidator(_whole)]] = []


def check(record: object) -> None:
    """Raises ``ValueError``, which names the first field that does not fit, where ``record`` is no lecture's."""
    try:
        lecture = _Lecture.model_validate_json(json.dumps(record))  # as JSON, where a list may be a tuple and nothing else is taken for what it is not
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, ("lecture", *first["loc"])))
        raise ValueError(f"{field}.{first['ctx']['error']}" if first["type"] == "value_error" else f"{field}: {first['msg']}") from error
    for place, (_, run, _tokens) in enumerate(lecture.seen):
        if run >= len(lecture.runs):
            raise ValueError(f"lecture.seen.{place}.1: {run}, must be the place of one of {len(lecture.runs)} runs")
