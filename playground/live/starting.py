"""Starts, changes and ends runs for whoever asks: the socket, and later the HTTP API. Blocking; knows nothing of sockets.

Everything is checked before anything is created. What has been created is decoded even if the broker loses the message: the run's
log knows that nobody has claimed it, and a supervisor enqueues it again.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from pydantic import ValidationError

from inference.eventlog import protocol as eventlog
from inference.eventlog.protocol import Admission, EventLog, LogUnavailable, NoRoom
from inference.events import ErrorInfo
from inference.grammar import ConstraintError, check_constraint
from inference.moderation.filters import Filter
from inference.runs.ending import end_unheld
from inference.runs.job import DECODE_TASK, Job
from inference.spec import MAX_SEED, RunSpec, Watch
from playground.catalog import rules
from playground.catalog import services as catalog
from playground.celery import app
from playground.live import refusals
from playground.live.limits import Permits, SiteBuckets
from playground.live.log import event_log
from playground.live.refusals import RunRefused, shown
from playground.moderation import services as moderation
from playground.quotas import services as quotas
from playground.runs import services as runs

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StartedRun:
    run: str
    session: str
    epoch: str
    seed: int
    position: int  # runs that wait before it


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast somebody may start runs, and how many; no allowance: that of the person. Their runs count for ``others``, too."""

    starts: Permits
    allowance: quotas.Allowance | None = None
    others: tuple[quotas.Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that has been checked: it can be created, if there is room."""

    owner: str
    spec: RunSpec
    model: catalog.CatalogModel
    place: runs.Place
    most_tokens: int
    filters: tuple[Filter, ...]


PERSON = Limits(SiteBuckets("starts", rate=2.0, burst=20.0))


def start_run(owner: str, spec: RunSpec, place: runs.Place = runs.NEW_WORK, limits: Limits | None = None) -> StartedRun:
    """Create and enqueue a run. Raises ``RunRefused``; then nothing has been created."""
    log, limits = event_log(), limits or PERSON
    try:
        if not limits.starts.take(owner):
            raise RunRefused(ErrorInfo("rate_limited", "too many runs started at once; wait a moment"))
        model = _model(spec, owner)
        spec = _within(spec, model)
        _check_constraint(spec)
        most = _most_tokens(spec, model, _check_prompt(spec, model))
        filters = _check_policy(spec, model)
        wanted = Wanted(owner, spec.with_seed(secrets.randbelow(MAX_SEED + 1)), model, place, most, filters)
        own = quotas.Share(owner, limits.allowance or quotas.of_person(owner))
        return _create(log, wanted, (own, *limits.others))
    except runs.NoSuchPlace as error:
        raise RunRefused(ErrorInfo("not_found", f"there is no such {error.field} of yours", error.field)) from error
    except LogUnavailable as error:
        raise RunRefused(ErrorInfo("unavailable", "the event log does not answer; try again in a moment")) from error


def cancel_run(run: str) -> None:
    """End ``run``: the worker that holds it does so after the step it is at; where none holds it, it ends here and now."""
    event_log().request_cancel(run)
    end_unheld(event_log(), run, "cancelled")


def watch_run(run: str, watch: Watch) -> None:
    event_log().set_watch(run, watch.model_dump_json().encode())


def _check_constraint(spec: RunSpec) -> None:
    try:
        check_constraint(spec.sampling)
    except ConstraintError as error:
        value = error.value and shown(error.value)
        raise RunRefused(ErrorInfo(error.code, error.message, f"sampling.{error.field}", value, error.bound)) from error


def _within(spec: RunSpec, model: catalog.CatalogModel) -> RunSpec:
    """``spec`` with the model's own settings where it says nothing, within what the model allows."""
    try:
        sampling = rules.with_defaults(model.defaults, spec.sampling)
    except ValidationError as error:
        raise RunRefused(*(replace(found, field=f"sampling.{found.field}") for found in refusals.errors_of(error))) from error
    if over := list(rules.beyond(model.maxima, sampling)):
        raise RunRefused(*map(refusals.above_maximum, over))
    return spec.model_copy(update={"sampling": sampling})


def _model(spec: RunSpec, owner: str) -> catalog.CatalogModel:
    try:
        return catalog.resolve(spec.model, owner)
    except catalog.UnknownModel as error:
        raise RunRefused(ErrorInfo("unknown_model", str(error), "model", shown(spec.model))) from error


def _check_prompt(spec: RunSpec, model: catalog.CatalogModel) -> int | None:
    """How many tokens the prompt has, where that can be known here."""
    ids = spec.prompt_token_ids
    field = "prompt" if ids is None else "prompt_token_ids"
    tokens = len(ids) if ids is not None else catalog.count_tokens(model, spec.prompt or "")
    if tokens is not None and model.context and tokens >= model.context:
        message = f"the prompt has {tokens} tokens, and the model's context of {model.context} must also hold the answer"
        raise RunRefused(ErrorInfo("prompt_too_long", message, field, str(tokens), f"< {model.context}"))
    _check_output(spec, model, tokens or 0)
    _check_vocabulary(ids or (), field, model)
    _check_vocabulary(spec.output_token_ids, "output_token_ids", model)
    return tokens


def _check_output(spec: RunSpec, model: catalog.CatalogModel, prompt_tokens: int) -> None:
    given = len(spec.output_token_ids)
    if model.context and given and prompt_tokens + given > model.context:
        room = model.context - prompt_tokens
        message = f"the output begins with {given} tokens, and after this prompt the model's context of {model.context} has room for {room}"
        raise RunRefused(ErrorInfo("output_too_long", message, "output_token_ids", str(given), f"<= {room}"))


def _check_vocabulary(ids: Sequence[int], field: str, model: catalog.CatalogModel) -> None:
    vocabulary = model.facts.vocab_size if model.facts else None
    if vocabulary and (foreign := next((i for i in ids if i >= vocabulary), None)) is not None:
        raise RunRefused(ErrorInfo("unknown_token", f"the model has {vocabulary} tokens", field, str(foreign), f"< {vocabulary}"))


def _check_policy(spec: RunSpec, model: catalog.CatalogModel) -> tuple[Filter, ...]:
    """What the site forbids, as far as it is left to the worker to look at: the output, and a prompt whose text is not known here."""
    filters = moderation.filters()
    if not filters:
        return ()
    ids = spec.prompt_token_ids
    prompt = spec.prompt if ids is None else catalog.text_of(model, ids)
    texts = {"prompt" if ids is None else "prompt_token_ids": prompt, "sampling.negative_prompt": spec.sampling.negative_prompt}
    for field, text in texts.items():
        if text and (broken := moderation.broken_by(filters, text)):
            raise RunRefused(ErrorInfo("content_filter", moderation.said(broken), field, bound=broken.name))
    return filters if prompt is None else moderation.after_prompt(filters)


def _most_tokens(spec: RunSpec, model: catalog.CatalogModel, prompt_tokens: int | None) -> int:
    """New tokens that the run may take, all samples together."""
    room = model.context - (prompt_tokens or 0) if model.context else spec.sampling.max_tokens
    return max(0, min(spec.sampling.max_tokens, room) - len(spec.output_token_ids)) * spec.sampling.n


def _create(log: EventLog, wanted: Wanted, shares: tuple[quotas.Share, ...]) -> StartedRun:
    """Rows and log, or nothing at all. The log comes last: it decides whether there is room."""
    spec, owner = wanted.spec, wanted.owner
    job = Job(spec=spec, source=wanted.model.source, submitted_at=time.time(), queue=wanted.model.queue, person=owner, filters=wanted.filters)
    counted = (eventlog.Share(share.name, share.allowance.active_runs, share.allowance.waiting_runs) for share in shares)
    admission = Admission(tuple(counted), settings.CONFIG.max_queue)
    try:
        with transaction.atomic():
            row = runs.create_run(owner, spec, wanted.model.name, wanted.place)
            quotas.reserve(row.pk, shares, wanted.most_tokens)
            epoch = log.create(row.pk, job.pack(), job.queue, owner, admission)
    except NoRoom as full:
        raise refusals.no_room(full, shares, settings.CONFIG.max_queue) from full
    except quotas.DayIsSpent as spent:
        raise refusals.day_is_spent(spent, quotas.seconds_to_midnight()) from spent
    head = log.head(row.pk)
    enqueue(row.pk, job.queue)
    assert spec.sampling.seed is not None
    return StartedRun(row.pk, row.session_id or "", epoch, spec.sampling.seed, (head and head.position) or 0)


def enqueue(run: str, queue: str) -> None:
    """Tell the workers of ``queue``. A broker that is away is no failure: a supervisor repeats it."""
    try:
        app.send_task(DECODE_TASK, [run], queue=queue, ignore_result=True)
    except app.connection_for_write().connection_errors + (app.OperationalError,):  # noqa: RUF005
        logger.warning("the broker is away: a supervisor will enqueue the run", extra={"run": run})
