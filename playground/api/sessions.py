"""``/api/sessions`` and ``/api/runs``: parse, call, answer. What may be done is in ``playground.runs.sessions``."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.files import UploadedFile
from ninja.params.functions import File, Query
from pydantic import Field, field_validator

from inference.events import ErrorInfo
from playground.api.auth import person, signed_in
from playground.live.refusals import RunRefused
from playground.runs import exports, keeping, services, sessions
from playground.runs.fields import MAX_DRAFT_BYTES, MAX_NOTES, MAX_SESSIONS_AT_ONCE, MAX_TITLE, Tags
from playground.runs.models import PromptSession, Run
from playground.runs.traces import DamagedTrace, events_of

router = Router(auth=signed_in, tags=["sessions"])
PAGE = 50


class RunOut(Schema):
    """A run of a session. ``parent`` is the run that it came of, ``kind`` what the person did to that."""

    id: str
    parent: str | None
    kind: str
    model: str
    spec: dict[str, Any]
    state: Literal["live", "stored", "lost", "unkept"]
    reason: str
    tokens: int | None
    trace_bytes: int
    created: datetime


class SessionOut(Schema):
    id: str
    title: str
    tags: list[str]
    visibility: Literal["private", "link", "gallery"]
    embeddable: bool
    expires: datetime | None
    forked_from: str | None
    created: datetime
    updated: datetime
    mine: bool
    runs_count: int
    comparison: bool  # whether its runs are the lanes of a comparison


class NotedSession(SessionOut):
    notes: str


class WholeSession(NotedSession):
    draft: dict[str, Any]
    runs: list[RunOut]


class Page(Schema):
    sessions: list[SessionOut]
    total: int
    page: int
    pages: int


class Change(Schema):
    """What is not given stays as it is."""

    title: str | None = Field(None, max_length=MAX_TITLE)
    notes: str | None = Field(None, max_length=MAX_NOTES)
    tags: Tags | None = None
    draft: dict[str, Any] | None = None
    visibility: Literal["private", "link", "gallery"] | None = None
    embeddable: bool | None = None
    expires: datetime | None = None

    model_config = {"extra": "forbid"}

    @field_validator("draft")
    @classmethod
    def _short(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None and len(repr(value)) > MAX_DRAFT_BYTES:
            raise ValueError(f"longer than {MAX_DRAFT_BYTES} bytes")
        return value


class Chosen(Schema):
    ids: list[str] = Field(max_length=MAX_SESSIONS_AT_ONCE)


class Deleted(Schema):
    deleted: int


@router.get("/sessions", response=Page, summary="Your own sessions")
def listed(request: HttpRequest, query: str = Query("", max_length=200), tag: str = Query("", max_length=40), page: int = Query(1, ge=1, le=100_000)) -> Any:
    return _page(request, sessions.listed(person(request), query, tag), page)


@router.get("/gallery", response=Page, summary="What people show to everybody")
def gallery(request: HttpRequest, page: int = Query(1, ge=1, le=100_000)) -> Any:
    return _page(request, sessions.gallery(), page)


@router.post("/sessions", response={201: WholeSession}, summary="Begin a session")
def create(request: HttpRequest, change: Change) -> Any:
    return Status(201, _whole(request, _changed(PromptSession(owner=person(request)), change)))


@router.post("/sessions/delete", response=Deleted, summary="Delete many")
def delete_many(request: HttpRequest, chosen: Chosen) -> Any:
    return {"deleted": sessions.delete(person(request), chosen.ids)}


@router.post("/sessions/import", response={201: WholeSession}, summary="A session from a file")
def import_file(request: HttpRequest, file: UploadedFile = File(...)) -> Any:  # noqa: B008  (ninja's way)
    return Status(201, _whole(request, exports.imported(person(request), file.read(exports.MAX_FILE_BYTES + 1))))


@router.get("/sessions/{session}", response=WholeSession, summary="One session")
def one(request: HttpRequest, session: str) -> Any:
    return _whole(request, sessions.readable(person(request), session))


@router.patch("/sessions/{session}", response=NotedSession, summary="Change it, share it, revoke it")
def change(request: HttpRequest, session: str, change: Change) -> Any:
    """The page saves its draft so, again and again: what it sent is not sent back."""
    changed = _changed(sessions.own(person(request), session), change)
    return {**_short(request, changed, changed.runs.count()), "notes": changed.notes}


@router.delete("/sessions/{session}", response={204: None}, summary="Delete it, with its runs")
def delete(request: HttpRequest, session: str) -> Any:
    sessions.delete(person(request), [sessions.own(person(request), session).pk])
    return Status(204, None)


@router.post("/sessions/{session}/fork", response={201: WholeSession}, summary="A private copy")
def fork(request: HttpRequest, session: str) -> Any:
    return Status(201, _whole(request, sessions.fork(person(request), session)))


@router.get("/sessions/{session}/export", summary="The session as one file", openapi_extra={"responses": {200: {"content": {"application/zip": {}}}}})
def export(request: HttpRequest, session: str) -> HttpResponse:
    found = sessions.readable(person(request), session)
    return HttpResponse(
        exports.exported(found),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{found.pk}.logitscope"', "X-Content-Type-Options": "nosniff"},
    )


@router.get("/runs/{run}/events", summary="Every event of a stored run, as JSON; bytes are base64")
def events(request: HttpRequest, run: str) -> Any:
    if not services.may_read(person(request), run):
        raise sessions.NoSuchSession(run)
    try:
        trace = keeping.trace(run)
    except DamagedTrace as error:
        raise RunRefused(ErrorInfo("damaged", str(error), "run", run)) from error
    if trace is None:
        raise RunRefused(ErrorInfo("not_stored", "the events of this run are not stored (yet)", "run", run))
    return {"run": run, "events": _plain(events_of(trace.frames))}


def _plain(value: Any) -> Any:
    """JSON's kinds of values."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _changed(session: PromptSession, change: Change) -> PromptSession:
    for name in change.model_fields_set:
        value = getattr(change, name)
        if name == "draft" and value is not None and "lecture" in session.draft:
            value = {**value, "lecture": session.draft["lecture"]}  # a record: pages that save their own state do not know it
        if value is not None or name == "expires":
            setattr(session, name, value)
    session.save()
    return session


def _page(request: HttpRequest, rows: Any, page: int) -> dict[str, Any]:
    total = rows.count()
    found = rows.annotate(runs_count=Count("runs")).order_by("-updated", "pk")[(page - 1) * PAGE : page * PAGE]
    return {"sessions": [_short(request, row, row.runs_count) for row in found], "total": total, "page": page, "pages": max(1, -(-total // PAGE))}


def _short(request: HttpRequest, row: PromptSession, runs_count: int) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("id", "title", "tags", "visibility", "embeddable", "expires", "created", "updated", "comparison")}
    return {**same, "forked_from": row.forked_from_id, "mine": row.owner == person(request), "runs_count": runs_count}


def _whole(request: HttpRequest, row: PromptSession) -> dict[str, Any]:
    runs = [_run(run) for run in row.runs.all()]
    return {**_short(request, row, len(runs)), "notes": row.notes, "draft": row.draft, "runs": runs}


def _run(run: Run) -> dict[str, Any]:
    same = {name: getattr(run, name) for name in ("id", "kind", "model", "spec", "state", "reason", "tokens", "trace_bytes", "created")}
    return {**same, "parent": run.parent_id}
