"""Puts questions about runs to the workers, and waits for their answers. Knows nothing of sockets.

Whether the run is the asker's has been checked. The answer comes as the frame that a worker packed; nothing of it is read here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence

from inference.events import ErrorInfo
from inference.questions import AskDivergence, Question
from inference.runs.inquiry import INSIGHT_TASK, Inquiry, Kept, told
from inference.spec import ModelSource, SamplingParams
from playground.catalog import services as catalog
from playground.celery import app
from playground.live.hub import Hub, Subscription
from playground.live.limits import Permits, SiteBuckets
from playground.live.log import event_log
from playground.live.protocol import Ask
from playground.live.refusals import RunRefused, shown
from playground.runs import keeping, services

ANSWER_SECONDS = 60.0
asks: Permits = SiteBuckets("asks", rate=5.0, burst=40.0)


def inquiry(owner: str, asked: Ask) -> Inquiry:
    """``asked`` as it travels. Raises ``RunRefused``; then no worker hears of it."""
    if not asks.take(owner):
        raise RunRefused(ErrorInfo("rate_limited", "too many questions at once; wait a moment"))
    _check_workers()
    kept = None if event_log().head(asked.run) else _kept(asked)
    return Inquiry(box=_new_box(), run=asked.run, ref=asked.ref, sample=asked.sample, question=asked.question, other=_other(asked, owner), kept=kept, queue=_queue(asked.run))


def of_text(model: str, ids: Sequence[int], question: Question, person: str = "") -> Inquiry:
    """A question of ``person`` about a text that no run has made. Raises ``RunRefused``."""
    _check_workers()
    kept = Kept(source=_source(model, "model", person), sampling=SamplingParams(), prompt_ids=tuple(ids), token_ids=())
    return Inquiry(box=_new_box(), run="", ref="", question=question, kept=kept, queue=catalog.queue_of(model))


def _new_box() -> str:
    return f"answer-{secrets.token_urlsafe(16)}"


def _check_workers() -> None:
    if not event_log().workers():
        raise RunRefused(ErrorInfo("no_worker", "no worker is running that could answer this"))


def enqueue(asked: Inquiry) -> None:
    """Tell the workers; one who gets it too late leaves it."""
    try:
        app.send_task(INSIGHT_TASK, [asked.pack()], queue=asked.queue, ignore_result=True, expires=ANSWER_SECONDS)
    except app.connection_for_write().connection_errors + (app.OperationalError,) as error:  # noqa: RUF005
        raise RunRefused(ErrorInfo("unavailable", "the workers cannot be reached; try again in a moment")) from error


async def answer(hub: Hub, asked: Inquiry, send: Callable[[Inquiry], Awaitable[None]]) -> bytes:
    """The frame that answers ``asked``, once ``send`` has told the workers. Raises ``RunRefused`` where none comes in time."""
    subscription = hub.subscribe(asked.box, 0, 0)
    try:
        await send(asked)
        return await asyncio.wait_for(_first(subscription), ANSWER_SECONDS)
    except TimeoutError as error:
        raise RunRefused(ErrorInfo("no_answer", f"no worker has answered within {ANSWER_SECONDS:.0f} seconds")) from error
    finally:
        subscription.close()


async def _first(subscription: Subscription) -> bytes:
    while True:
        await subscription.wait()
        if subscription.doubted:  # the connection was lost: the answer may have come meanwhile
            subscription.trust(0)
        for entry in await subscription.take(1):
            return entry.data


def _kept(asked: Ask) -> Kept:
    """The run by its stored trace. Its model is found by name: the one that the catalog has now, for whoever made the run."""
    stored = keeping.stored(asked.run)
    if stored is None:
        raise RunRefused(ErrorInfo("expired", "the events of this run are no longer kept", "run", asked.run))
    spec, model, events = stored
    prompt, tokens = told(events, asked.sample)
    return Kept(source=_source(model, "run", services.maker_of(asked.run)), sampling=spec.sampling, prompt_ids=prompt, token_ids=tokens)


def _queue(run: str) -> str:
    """That of the run's model, for there its workers are."""
    return catalog.queue_of(services.model_of(run))


def _other(asked: Ask, owner: str) -> ModelSource | None:
    """Where the worker finds the model that the question names."""
    name = asked.question.model if isinstance(asked.question, AskDivergence) else None
    return None if name is None else _source(name, "question.model", owner)


def _source(name: str, field: str, person: str = "") -> ModelSource:
    """Of a model that ``person`` may use. Raises ``RunRefused``."""
    try:
        return catalog.resolve(name, person).source
    except catalog.UnknownModel as error:
        raise RunRefused(ErrorInfo("unknown_model", str(error), field, shown(name))) from error
