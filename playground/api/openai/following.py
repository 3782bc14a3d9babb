"""The events of a run as they happen, for one HTTP request, and questions to the engine. Knows nothing of OpenAI."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import ParamSpec, TypeVar, cast

import msgpack
from channels.db import database_sync_to_async

from inference.eventlog.protocol import LogUnavailable
from inference.events import ErrorInfo, Event, Finished, decode, from_wire
from inference.questions import AskScore, Reading
from playground.live import asking, starting
from playground.live.hub import the_hub
from playground.live.refusals import RunRefused

PAGE = 64
P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)


async def events(run: str) -> AsyncIterator[Event]:
    """All events of ``run``, ``Finished`` last. Whoever stops early ends the run within a step. Raises ``RunRefused`` where the log is lost."""
    subscription, ended = the_hub().subscribe(run, 0, 0), False
    try:
        while not ended:
            await subscription.wait()
            if subscription.doubted:
                await _check_there(run)
                subscription.trust(subscription.cursor)
            for entry in await subscription.take(PAGE):
                event = decode(entry.data).event
                ended = isinstance(event, Finished)
                yield event
    except LogUnavailable as error:
        raise RunRefused(ErrorInfo("unavailable", "the event log does not answer")) from error
    finally:
        subscription.close()
        if not ended:
            logger.info("nobody listens any more: cancelling", extra={"run": run})
            await in_thread(starting.cancel_run)(run)


async def _check_there(run: str) -> None:
    if await the_hub().head(run) is None:
        raise RunRefused(ErrorInfo("history_lost", "the server that kept this run lost it", "run", run))


async def reading(model: str, ids: Sequence[int], top: int) -> Reading:
    """How likely the model called ``model`` finds each of ``ids``, two at least. Raises ``RunRefused``."""
    inquiry = await in_thread(asking.of_text)(model, ids, AskScore(type="score", top=top))
    answered = msgpack.unpackb(await asking.answer(the_hub(), inquiry, in_thread(asking.enqueue)))
    if answered["type"] == "error":
        raise RunRefused(*(ErrorInfo(**error) for error in answered["errors"]))
    fields = {name: value for name, value in answered["answer"].items() if name != "type"}
    return cast(Reading, from_wire(Reading, fields))


def in_thread(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Blocking code, in parallel threads."""
    return cast(Callable[P, Awaitable[R]], database_sync_to_async(function, thread_sensitive=False))
