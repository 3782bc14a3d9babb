"""What may be done with prompt sessions: find, change, fork, delete. Blocking; knows nothing of HTTP.

A session that is foreign, revoked, expired or absent is the same: ``NoSuchSession``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgpack
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from playground.runs import keeping
from playground.runs.models import PromptSession, Run, RunState, Visibility, new_id
from playground.runs.services import shared
from playground.runs.traces import Trace, packed


class NoSuchSession(LookupError):
    """There is none of that id that the person may see (or, to change it, that is theirs)."""


def listed(person: str, query: str = "", tag: str = "") -> QuerySet[PromptSession]:
    """The person's own sessions, the last changed first; ``query`` looks into title, notes and tags."""
    found = PromptSession.objects.filter(owner=person)
    for word in query.split():
        found = found.filter(Q(title__icontains=word) | Q(notes__icontains=word) | Q(tags__icontains=word))
    return found.filter(tags__icontains=f'"{tag}"') if tag else found


def gallery() -> QuerySet[PromptSession]:
    """What people show to everybody."""
    return shared().filter(visibility=Visibility.GALLERY)


def own(person: str, session: str) -> PromptSession:
    """To change it. Raises ``NoSuchSession``."""
    return _one(PromptSession.objects.filter(owner=person), session)


def readable(person: str, session: str) -> PromptSession:
    """To see it. Raises ``NoSuchSession``."""
    return _one(PromptSession.objects.filter(Q(owner=person) | Q(pk__in=shared())), session)


def embeddable(session: str) -> PromptSession:
    """To show it in a frame of another site, where the operator allows any. Raises ``NoSuchSession``."""
    rows = shared().filter(embeddable=True)
    return _one(rows if settings.CONFIG.embed_origins else rows.none(), session)


def of_run(person: str, run: str) -> PromptSession | None:
    """The session of ``run``, where the person may see it."""
    return PromptSession.objects.filter(Q(owner=person) | Q(pk__in=shared()), runs=run).first() if run else None


def _one(rows: QuerySet[PromptSession], session: str) -> PromptSession:
    if (found := rows.filter(pk=session).first()) is None:
        raise NoSuchSession(session)
    return found


def delete(person: str, sessions: Iterable[str]) -> int:
    """Delete those of ``sessions`` that are the person's, runs and files included; returns how many there were."""
    rows = PromptSession.objects.filter(owner=person, pk__in=list(sessions))
    count = len(rows)
    for row in rows:  # one by one: each run's file goes with it
        row.delete()
    return count


def adopt(person: str, account: str) -> None:
    """What an anonymous ``person`` made becomes that of ``account``."""
    with transaction.atomic():
        PromptSession.objects.filter(owner=person).update(owner=account)
        Run.objects.filter(owner=person).update(owner=account)


@transaction.atomic
def fork(person: str, session: str) -> PromptSession:
    """A private copy of a readable session, with all of its stored runs. Raises ``NoSuchSession``."""
    source = readable(person, session)
    copy = PromptSession.objects.create(
        owner=person, title=source.title, notes=source.notes, tags=source.tags, draft=source.draft, forked_from=source
    )
    ids = copy_runs(source.runs.filter(state=RunState.STORED), copy, lambda run: keeping.trace(run.pk))
    rename_draft(copy, ids)
    return copy


def rename_draft(session: PromptSession, ids: dict[str, str]) -> None:
    """What the page saved names runs by their old ids: give it the new ones. An id is too long to stand there by chance."""
    session.draft = _with_new_ids(session.draft, ids)
    session.save(update_fields=["draft"])


def _with_new_ids(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, dict):
        return {key: _with_new_ids(item, ids) for key, item in value.items()}
    return [_with_new_ids(item, ids) for item in value] if isinstance(value, list) else value


def copy_runs(runs: Iterable[Run], session: PromptSession, trace_of: Callable[[Run], Trace | None]) -> dict[str, str]:
    """Put copies of ``runs`` into ``session`` under new ids; returns the new ids by the old. Parents must come before their children."""
    ids: dict[str, str] = {}
    for run in runs:
        ids[run.pk] = new_id()
        copy = Run(
            id=ids[run.pk], owner=session.owner, session=session, kind=run.kind, model=run.model, spec=run.spec, reason=run.reason,
            tokens=run.tokens, epoch=run.epoch, state=RunState.UNKEPT, parent_id=ids.get(run.parent_id or ""),
        )  # fmt: skip
        if (trace := trace_of(run)) is not None:
            _keep(copy, trace)
        copy.save()
    return ids


def _keep(run: Run, trace: Trace) -> None:
    """Store ``trace`` as that of ``run``: every frame names its run."""
    data = packed(Trace(run.pk, trace.epoch, [renamed(frame, run.pk) for frame in trace.frames]))
    keeping.put(run, data)


def renamed(frame: bytes, run: str) -> bytes:
    """The same event of another run."""
    data: bytes = msgpack.packb({**msgpack.unpackb(frame), "run": run})
    return data
