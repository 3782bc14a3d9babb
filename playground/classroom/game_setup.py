"""Sets a game up: checks what the teacher wants, and starts the runs that write its texts. Blocking; knows nothing of sockets."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from inference.events import ErrorInfo
from inference.spec import MAX_SEED, RunSpec, SamplingParams
from playground.catalog import services as catalog
from playground.classroom import games
from playground.classroom.bounds import MAX_GAME_PROMPT, MAX_GAME_TEXT
from playground.classroom.game_messages import MatchGame, OddGame
from playground.classroom.game_texts import joined
from playground.classroom.models import Game, Room
from playground.classroom.refusing import refusal
from playground.live import starting
from playground.live.refusals import RunRefused, errors_of
from playground.moderation import services as moderation
from playground.runs import services as runs

FEWEST, MOST = 2, 5  # texts
MOST_TOKENS = 120  # of a text: a phone shows several
AFTER = 64  # tokens before a text that can matter to how it is written

StartRun = Callable[[str, RunSpec, runs.Place], starting.StartedRun]


def match(room_id: str, owner: str, message: MatchGame, start: StartRun = starting.start_run) -> Game:
    """The model writes one beginning on under each value of a setting. Raises ``RunRefused``."""
    room, spec = _checked(room_id, message.spec)
    values = _values(message.values)
    specs = [spec.model_copy(update={"sampling": _with(spec.sampling, message.setting, value)}) for value in values]
    started = _started(owner, specs, start)
    cards = [games.card(run=run.run, value=place) for place, run in enumerate(started)]
    return _set_up(room, spec, cards, started, kind="match", setting=message.setting, values=values)


def odd(room_id: str, owner: str, message: OddGame, start: StartRun = starting.start_run) -> Game:
    """The model writes one beginning on, as people have. Raises ``RunRefused``."""
    room, spec = _checked(room_id, message.spec)
    texts = _texts(message.texts)
    cards = [games.card(text=text, ids=_ids(owner, spec, text, f"texts.{n}")) for n, text in enumerate(texts)]
    started = _started(owner, [spec], start)
    return _set_up(room, spec, [*cards, games.card(run=started[0].run)], started, kind="odd")


def _set_up(room: Room, spec: RunSpec, cards: list[dict[str, Any]], started: list[starting.StartedRun], **fields: Any) -> Game:
    try:
        return games.set_up(room.pk, {"model": spec.model, "prompt": spec.prompt, **fields}, cards)
    except RunRefused:
        _stop(started)
        raise


def _checked(room_id: str, spec: RunSpec) -> tuple[Room, RunSpec]:
    """``spec`` as the room has it: its model, one text, one seed for all. Raises ``RunRefused``."""
    room = Room.objects.get(pk=room_id)
    games.check_free(room)
    prompt = (spec.prompt or "").rstrip()
    if not 1 <= len(prompt) <= MAX_GAME_PROMPT:
        raise refusal("game_prompt", f"the beginning has 1 to {MAX_GAME_PROMPT} characters", "prompt", prompt, f"1 <= length <= {MAX_GAME_PROMPT}")
    for name in ("n", "num_beams"):
        if (count := getattr(spec.sampling, name)) > 1:
            raise refusal("one_text", "a game wants one text of each run", f"sampling.{name}", count, "<= 1")
    if spec.sampling.max_tokens > MOST_TOKENS:
        raise refusal("less_than_equal", f"a text in a game has at most {MOST_TOKENS} tokens", "sampling.max_tokens", spec.sampling.max_tokens, f"<= {MOST_TOKENS}")
    fields = {"model": room.model or spec.model, "prompt": prompt, "output_token_ids": (), "output_logprobs": (), "max_tokens_per_second": None}
    spec = spec.model_copy(update=fields)
    return room, spec if spec.sampling.seed is not None else spec.with_seed(secrets.randbelow(MAX_SEED + 1))


def _values(values: Sequence[float]) -> list[float]:
    if not FEWEST <= len(values) <= MOST:
        raise refusal("game_outputs", f"a game has {FEWEST} to {MOST} texts", "values", len(values), f">= {FEWEST}, <= {MOST}")
    if twice := [value for n, value in enumerate(values) if value in values[:n]]:
        raise refusal("setting_twice", f"{twice[0]:g} is there twice", "values", twice[0])
    return sorted(values)


def _with(sampling: SamplingParams, name: str, value: float) -> SamplingParams:
    whole = SamplingParams.model_fields[name].annotation is int
    try:
        return SamplingParams.model_validate({**sampling.model_dump(), name: int(value) if whole and value == int(value) else value})
    except ValidationError as error:
        raise RunRefused(*(ErrorInfo(found.code, found.message, "values", found.value, found.bound) for found in errors_of(error))) from error


def _texts(texts: Sequence[str]) -> list[str]:
    """People's texts, tidied. Raises ``RunRefused``."""
    tidied = [" ".join(text.split()) for text in texts]
    if not FEWEST - 1 <= len(tidied) <= MOST - 1:
        raise refusal("game_outputs", f"a game has {FEWEST} to {MOST} texts", "texts", len(tidied) + 1, f">= {FEWEST}, <= {MOST}")
    for n, text in enumerate(tidied):
        if not 1 <= len(text) <= MAX_GAME_TEXT:
            raise refusal("game_text", f"a text has 1 to {MAX_GAME_TEXT} characters", f"texts.{n}", text, f"1 <= length <= {MAX_GAME_TEXT}")
        if text in tidied[:n]:
            raise refusal("text_twice", "this text is there twice", f"texts.{n}", text)
        if broken := moderation.met_by(moderation.filters(), text):
            raise refusal("content_filter", moderation.said(broken), f"texts.{n}", bound=broken.name)
    return tidied


def _ids(owner: str, spec: RunSpec, text: str, field: str) -> list[int]:
    """The tokens of ``text`` after the beginning. Raises ``RunRefused``, also where the model cannot write it."""
    try:
        model = catalog.resolve(spec.model, owner)
        before = catalog.encode(model, spec.prompt or "", True)
        ids = before and catalog.encode_after(model, before.ids[-AFTER:], joined(spec.prompt or "", text))
    except catalog.UnknownModel as error:
        raise refusal("unknown_model", str(error), "model", spec.model) from error
    except ValueError as error:
        raise refusal("no_round_trip", "the tokenizer of this model cannot write this text so that it reads the same", field, str(error)) from error
    if not ids:
        raise refusal("no_tokenizer", "the tokenizer of this model is not on this machine, or is not a fast one", "model")
    return ids


def _started(owner: str, specs: Sequence[RunSpec], start: StartRun) -> list[starting.StartedRun]:
    """Runs in one session, or none at all. Raises ``RunRefused``."""
    started: list[starting.StartedRun] = []
    try:
        for spec in specs:
            started.append(start(owner, spec, runs.Place(started[0].session if started else None, kind="game")))
    except RunRefused:
        _stop(started)
        raise
    return started


def _stop(started: Sequence[starting.StartedRun]) -> None:
    for run in started:
        starting.cancel_run(run.run)
