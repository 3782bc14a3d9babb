"""Puts what ended runs said into storage, and brings it back. Blocking; knows nothing of event logs or sockets.

Several web processes may keep at once: each run is claimed by one of them, and again where that one died over it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from inference.spec import RunSpec
from playground.quotas import services as quotas
from playground.runs.models import Run, RunState
from playground.runs.traces import Trace, events_of, packed, unpacked

CLAIM_SECONDS = 60.0
REMEMBERED = 8  # traces kept unpacked, for those who replay the same one

logger = logging.getLogger(__name__)


def unkept(limit: int = 500) -> list[str]:
    """Runs that have not been stored, the oldest first, without those that somebody is storing."""
    free = Q(claimed=None) | Q(claimed__lt=timezone.now() - timedelta(seconds=CLAIM_SECONDS))
    return list(Run.objects.filter(free, state=RunState.LIVE).order_by("created").values_list("pk", flat=True)[:limit])


def claim(run: str) -> bool:
    """Whether it is this process that stores ``run``."""
    free = Q(claimed=None) | Q(claimed__lt=timezone.now() - timedelta(seconds=CLAIM_SECONDS))
    return Run.objects.filter(free, pk=run, state=RunState.LIVE).update(claimed=timezone.now()) == 1


def store(run: str, epoch: str, frames: Sequence[bytes]) -> None:
    """Keep the events of ``run``, unless its owner keeps too much already; then only how it ended."""
    row = Run.objects.get(pk=run)
    events = events_of(frames)
    row.epoch, row.reason = epoch, events[-1].get("reason", "")
    row.tokens = sum(event["type"] == "token" for event in events)
    put(row, packed(Trace(run, epoch, frames)))
    with transaction.atomic():
        row.save()
        quotas.settle(run, row.tokens)
    logger.info("stored a run", extra={"run": run, "bytes": row.trace_bytes, "events": len(events), "state": row.state})


def put(run: Run, data: bytes) -> None:
    """Store the packed trace of ``run``, which is not saved yet, if it is to be kept and its owner does not keep too much already."""
    run.state = RunState.STORED if run.keep and _fits(run.owner, len(data)) else RunState.UNKEPT
    if run.state == RunState.STORED:
        run.trace.save(_place(run.pk), ContentFile(data), save=False)
        run.trace_bytes = len(data)


def lose(run: str) -> None:
    """The log of ``run`` is gone, and with it what it said."""
    with transaction.atomic():
        Run.objects.filter(pk=run, state=RunState.LIVE).update(state=RunState.LOST)
        quotas.settle(run, 0)


def settled(run: str) -> bool:
    """Whether the log of a run without one can only be gone: it was not created a moment ago."""
    return not Run.objects.filter(pk=run, created__gt=timezone.now() - timedelta(seconds=CLAIM_SECONDS)).exists()


def trace(run: str) -> Trace | None:
    """What ``run`` said; ``None`` where nothing is stored. Raises ``DamagedTrace``."""
    row = Run.objects.filter(pk=run, state=RunState.STORED).first()
    return _read(row.trace.name) if row else None


def stored(run: str) -> tuple[RunSpec, str, list[dict[str, Any]]] | None:
    """What was asked for, the model's name, and the events of a stored run. Raises ``DamagedTrace``."""
    row, kept = Run.objects.filter(pk=run).first(), trace(run)
    return None if row is None or kept is None else (RunSpec.model_validate(row.spec), row.model, events_of(kept.frames))


@lru_cache(REMEMBERED)
def _read(name: str) -> Trace:
    """A stored file never changes under its name."""
    with default_storage.open(name) as file:
        return unpacked(file.read())


def _fits(owner: str, size: int) -> bool:
    held = Run.objects.filter(owner=owner).aggregate(held=Sum("trace_bytes"))["held"] or 0
    return bool(held + size <= settings.CONFIG.kept_megabytes * 1_000_000)


def _place(run: str) -> str:
    return f"traces/{run[:2]}/{run}.trace"
