"""A session as one file, and back. Blocking; knows nothing of HTTP. ``docs/sessions.md`` documents the format.

A ZIP with ``session.json`` (versioned) and one ``traces/<n>.trace`` per run that is stored. Whatever a file claims, only so much of it
is ever unpacked, nothing of it is a path, and nothing is created unless all of it is sound.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Annotated, Any, Final, Literal

from django.db import transaction
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from inference.events import Finished, Logged, decode
from inference.spec import RunSpec
from inference.typed import well_typed
from playground.runs import keeping, lecture_file
from playground.runs.fields import MAX_DRAFT_BYTES, MAX_NOTES, MAX_RUNS, MAX_TITLE, Tags
from playground.runs.models import PromptSession, Run, RunState
from playground.runs.sessions import copy_runs, rename_draft
from playground.runs.traces import DamagedTrace, Trace, packed, unpacked

FORMAT: Final = "logitscope-session"
VERSION: Final = 1
MAX_FILE_BYTES = 100_000_000
MAX_JSON_BYTES = 20_000_000
MAX_TRACE_BYTES = 50_000_000  # of one run, packed
_NAME = "session.json"


class DamagedFile(ValueError):
    """The file is no session, was cut or changed, is too large, or is of a version that is not known here."""


def _checked(spec: dict[str, Any]) -> dict[str, Any]:
    """What a run asked for, as it was written; the first thing that does not fit is named."""
    try:
        RunSpec.model_validate(spec)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return spec


class ExportedRun(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64)
    parent: str | None = Field(None, max_length=64)
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,16}$")] = "run"
    model: str = Field(max_length=64)
    spec: Annotated[dict[str, Any], AfterValidator(_checked)]
    reason: str = Field("", max_length=32)
    tokens: int | None = Field(None, ge=0)
    epoch: str = Field("", max_length=64)
    trace: str | None = Field(None, pattern=r"^traces/\d{1,5}\.trace$")


class ExportedSession(BaseModel):
    """``session.json``."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["logitscope-session"]
    version: Literal[1]
    title: str = Field("", max_length=MAX_TITLE)
    notes: str = Field("", max_length=MAX_NOTES)
    tags: Tags = []
    draft: dict[str, Any] = {}
    runs: list[ExportedRun] = Field([], max_length=MAX_RUNS)


def exported(session: PromptSession) -> bytes:
    """The file of ``session``."""
    runs = list(session.runs.exclude(state=RunState.LIVE))
    traces = {run.pk: keeping.trace(run.pk) for run in runs}
    places = {run: f"traces/{number}.trace" for number, run in enumerate(run for run in traces if traces[run] is not None)}
    head = ExportedSession(
        format=FORMAT, version=VERSION, title=session.title, notes=session.notes, tags=session.tags, draft=session.draft,
        runs=[_exported_run(run, places.get(run.pk)) for run in runs],
    )  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # traces are packed already
        archive.writestr(_NAME, head.model_dump_json())
        for run, place in places.items():
            archive.writestr(place, packed(traces[run]))  # type: ignore[arg-type]  # places has those that are stored
    return file.getvalue()


def _exported_run(run: Run, trace: str | None) -> ExportedRun:
    return ExportedRun(
        id=run.pk, parent=run.parent_id, kind=run.kind, model=run.model, spec=run.spec, reason=run.reason, tokens=run.tokens,
        epoch=run.epoch, trace=trace,
    )  # fmt: skip


def imported(person: str, data: bytes) -> PromptSession:
    """A session of ``person`` from a file, private. Raises ``DamagedFile``; then nothing has been created."""
    if len(data) > MAX_FILE_BYTES:
        raise DamagedFile(f"the file has {len(data)} bytes; at most {MAX_FILE_BYTES} are taken")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            head = _head(archive)
            traces = {run.id: _trace(archive, run) for run in head.runs if run.trace}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise DamagedFile("the file is no session of Logitscope, or is damaged") from error
    return _created(person, head, traces)


def _head(archive: zipfile.ZipFile) -> ExportedSession:
    text = _member(archive, _NAME, MAX_JSON_BYTES)
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise DamagedFile(f"{_NAME} is damaged") from error
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise DamagedFile("format: the file is no session of Logitscope")
    if fields.get("version") != VERSION:
        raise DamagedFile(f"version: {str(fields.get('version'))[:20]!r} is not known here (known: {VERSION})")
    if len(json.dumps(fields.get("draft", {}))) > MAX_DRAFT_BYTES:
        raise DamagedFile(f"draft: longer than {MAX_DRAFT_BYTES} bytes")
    try:
        return _with_sound_record(ExportedSession.model_validate(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise DamagedFile(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _with_sound_record(head: ExportedSession) -> ExportedSession:
    """The same, where what it says of a lecture, if anything, can be replayed."""
    try:
        if "lecture" in head.draft:
            lecture_file.check(head.draft["lecture"])
    except ValueError as error:
        raise DamagedFile(f"draft.{error}") from error
    return head


def _trace(archive: zipfile.ZipFile, run: ExportedRun) -> Trace:
    """The trace of ``run``, every event of it checked."""
    try:
        trace = unpacked(_member(archive, run.trace or "", MAX_TRACE_BYTES))
        events = [decode(frame) for frame in trace.frames]
    except DamagedTrace as error:
        raise DamagedFile(f"{run.trace}: {error}") from error
    except Exception as error:  # whatever an event that was tampered with makes its decoder raise
        raise DamagedFile(f"{run.trace}: an event is damaged") from error
    if (wrong := next((number for number, event in enumerate(events, 1) if not well_typed(event, Logged)), None)) is not None:
        raise DamagedFile(f"{run.trace}: event {wrong} has a value of a wrong type")
    if [event.seq for event in events] != list(range(1, len(events) + 1)) or not events or not isinstance(events[-1].event, Finished):
        raise DamagedFile(f"{run.trace}: events are missing")
    return trace


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """At most ``most`` bytes, whatever the archive claims."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise DamagedFile(f"{name}: holds more than {most} bytes")
    return data


@transaction.atomic
def _created(person: str, head: ExportedSession, traces: dict[str, Trace]) -> PromptSession:
    session = PromptSession.objects.create(owner=person, title=head.title, notes=head.notes, tags=head.tags, draft=head.draft)
    rows = [
        Run(id=run.id, owner=person, parent_id=run.parent, kind=run.kind, model=run.model, spec=run.spec, reason=run.reason, tokens=run.tokens, epoch=run.epoch)
        for run in head.runs
    ]  # fmt: skip
    rename_draft(session, copy_runs(rows, session, lambda run: traces.get(run.pk)))
    return session
