"""What need not be kept any longer. Blocking; knows nothing of commands or clocks of its own.

A shared session is kept however old it is, until its owner revokes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from playground.quotas import services as quotas
from playground.runs.models import PromptSession, Run, RunState, Visibility

RECORD_DAYS = 35  # of runs that were not kept: limits count a day back, reports a month
TRACES = "traces"


@dataclass(frozen=True, slots=True)
class Pruned:
    sessions: int
    runs: int
    files: int


def prune(dry_run: bool = False) -> Pruned:
    """Delete, or only count."""
    sessions, runs = _old_sessions(), _old_records()
    counts = sessions.count(), runs.count()
    if not dry_run:
        for session in sessions:  # one by one: each run's file goes with it
            session.delete()
        runs.delete()
        quotas.old().delete()
    files = list(_orphans())
    if not dry_run:
        for name in files:
            default_storage.delete(name)
    return Pruned(*counts, len(files))


def _old_sessions() -> QuerySet[PromptSession]:
    days = settings.CONFIG.retention_days
    rows = PromptSession.objects.filter(visibility=Visibility.PRIVATE, updated__lt=timezone.now() - timedelta(days=days))
    return rows if days else rows.none()


def _old_records() -> QuerySet[Run]:
    before = timezone.now() - timedelta(days=RECORD_DAYS)
    return Run.objects.filter(session=None, created__lt=before).exclude(state=RunState.LIVE)


def _orphans() -> Iterator[str]:
    """Files of runs that are gone, for instance because a process died between the two."""
    for folder in _folders():
        names = [f"{TRACES}/{folder}/{name}" for name in default_storage.listdir(f"{TRACES}/{folder}")[1]]
        known = set(Run.objects.filter(trace__in=names).values_list("trace", flat=True))
        yield from (name for name in names if name not in known and not _fresh(name))


def _folders() -> list[str]:
    """None where nothing has been stored yet; an S3 store knows no folders that it could miss."""
    try:
        return list(default_storage.listdir(TRACES)[0])
    except FileNotFoundError:
        return []


def _fresh(name: str) -> bool:
    """Its record may be about to be saved."""
    return default_storage.get_modified_time(name) > timezone.now() - timedelta(hours=1)
