"""Brings the texts of a game together: waits for its runs and asks the engine how surprising each token of each text is to it.

Any web process may do it, several at once, or another one after a restart: all that is needed is in the game's row and the runs' logs.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any

import msgpack

from inference.eventlog.protocol import LogUnavailable
from inference.events import ErrorInfo
from inference.questions import AskScore
from playground.classroom import game_texts, games
from playground.classroom.game_texts import Written
from playground.classroom.models import Game
from playground.classroom.refusing import refusal
from playground.live import asking, starting
from playground.live.consumers import in_thread
from playground.live.hub import the_hub
from playground.live.refusals import RunRefused
from playground.runs import keeping

CHUNK = 64
CALM_SECONDS = 0.5
ENDED_WELL = ("eos", "stop", "length", "context", "time", "constraint_done")


async def make(game_id: int) -> None:
    """Until the game has its texts, or cannot have them."""
    game: Game | None = await in_thread(Game.objects.filter(pk=game_id).select_related("room").first)()
    try:
        if game:
            await in_thread(games.keep_texts)(game_id, await _made(game))
    except RunRefused as refused:
        await in_thread(games.fail)(game_id, refused.errors[0])
        await in_thread(stop)(game)


def stop(game: Game) -> None:
    """End its runs that still go on."""
    for card in game.cards:
        if card["run"]:
            starting.cancel_run(card["run"])


async def _made(game: Game) -> list[dict[str, Any]]:
    """The cards with their texts. Raises ``RunRefused``."""
    ends = await asyncio.gather(*(_events(card["run"]) for card in game.cards if card["run"]))
    texts = iter([_checked(game_texts.written(events)) for events in ends])
    told = [next(texts) if card["run"] else None for card in game.cards]
    prompt_ids = next(each.prompt_ids for each in told if each)
    cards = [await _card(game, card, its, prompt_ids) for card, its in zip(game.cards, told, strict=True)]
    if len({card["text"] for card in cards}) < 2:
        raise refusal("texts_alike", "all texts are the same; take values that are further apart, or longer texts")
    return cards


def _checked(told: Written) -> Written:
    """Raises ``RunRefused`` where a run has written nothing that can be shown."""
    if told.error:
        raise RunRefused(ErrorInfo(told.error["code"], told.error["message"]))
    if told.reason not in ENDED_WELL:
        raise refusal("text_cut", f"a text was not written to its end ({told.reason})")
    if not game_texts.spelt(told.pieces):
        raise refusal("text_empty", "the model has written nothing after this beginning")
    return told


async def _card(game: Game, card: dict[str, Any], told: Written | None, prompt_ids: list[int]) -> dict[str, Any]:
    if told is None:
        return {**card, "tokens": await _scored(game.model, game.room.teacher, prompt_ids, card["ids"])}
    cut = told.reason == "length"
    kept = game_texts.whole_sentences(told.pieces) if cut and game.kind == "odd" else len(told.ids)
    shown = {"text": game_texts.spelt(told.pieces[:kept]), "cut": cut and game.kind == "match"}
    return {**card, **shown, "tokens": await _scored(game.model, game.room.teacher, prompt_ids, told.ids[:kept])}


async def _scored(model: str, teacher: str, prompt_ids: Sequence[int], ids: Sequence[int]) -> list[list[Any]]:
    """``[piece (hex), surprisal in bits]`` of each of ``ids`` after the prompt. Raises ``RunRefused``."""
    inquiry = await in_thread(asking.of_text)(model, [*prompt_ids, *ids], AskScore(type="score"), teacher)
    answered = msgpack.unpackb(await asking.answer(the_hub(), inquiry, in_thread(asking.enqueue)))
    if answered["type"] == "error":
        raise RunRefused(*(ErrorInfo(**error) for error in answered["errors"]))
    tokens = answered["answer"]["tokens"][len(prompt_ids) :]
    return [[bytes(token["piece"]).hex(), -(token["logprob"] or 0.0) / math.log(2)] for token in tokens]


async def _events(run: str) -> list[dict[str, Any]]:
    """All that ``run`` has said, once it has ended. Raises ``RunRefused`` where that is lost."""
    while True:
        try:
            return await _followed(run)
        except LogUnavailable:
            await asyncio.sleep(CALM_SECONDS)


async def _followed(run: str) -> list[dict[str, Any]]:
    hub = the_hub()
    head = await hub.head(run)
    if head is None:
        return await _stored(run)
    events: list[dict[str, Any]] = []
    subscription = hub.subscribe(run, 0, head.last_seq)
    try:
        while True:
            await subscription.wait()
            if subscription.doubted:
                now = await hub.head(run)
                if now is None or now.epoch != head.epoch:
                    raise LogUnavailable(run)  # look at it anew
                subscription.trust(subscription.cursor)
            for entry in await subscription.take(CHUNK):
                events.append(msgpack.unpackb(entry.data))
                if entry.final:
                    return events
    finally:
        subscription.close()


async def _stored(run: str) -> list[dict[str, Any]]:
    trace = await in_thread(keeping.trace)(run)
    if trace is None:
        raise refusal("history_lost", "the server that kept this run lost it", "run", run)
    return [msgpack.unpackb(frame) for frame in trace.frames]
