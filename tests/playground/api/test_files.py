"""A session as a file: it travels to another site, and what is damaged or hostile is refused whole."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from playground.runs import exports, keeping, traces
from playground.runs.models import PromptSession, Run
from playground.runs.services import Place
from playground.runs.traces import Trace, packed
from tests.playground.api.conftest import Browser
from tests.playground.runs.kept import frames, stored_run


@pytest.fixture
def file(browser: Browser) -> bytes:
    """A session with a run and its branch, exported; nothing of it is left here."""
    first = stored_run("ann", prompt="Once")
    stored_run("ann", Place(parent=first.pk, kind="branch"))
    PromptSession.objects.update(title="標題", notes="n", tags=["a"], draft={"prompt": "Once"})
    data: bytes = browser("ann").get(f"/api/sessions/{first.session_id}/export").content
    for session in PromptSession.objects.all():
        session.delete()
    return data


def upload(browser: Browser, data: bytes) -> Any:
    return browser("bob").post("/api/sessions/import", {"file": SimpleUploadedFile("s.logitscope", data)})


def test_a_session_comes_back_whole(file: bytes, browser: Browser) -> None:
    answer = upload(browser, file)
    assert answer.status_code == 201
    session = answer.json()
    assert (session["title"], session["notes"], session["tags"], session["draft"]) == ("標題", "n", ["a"], {"prompt": "Once"})
    one, two = session["runs"]
    assert (one["state"], one["tokens"], one["spec"]["prompt"], two["parent"], two["kind"]) == ("stored", 3, "Once", one["id"], "branch")
    trace = keeping.trace(one["id"])
    assert trace is not None
    assert list(trace.frames) == frames(one["id"])
    assert session["visibility"] == "private"


def test_imported_twice_it_is_two_sessions(file: bytes, browser: Browser) -> None:
    ids = [upload(browser, file).json()["id"] for _ in range(2)]
    assert len(set(ids)) == 2


def changed(file: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """``file`` with one member changed."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(new, "w") as archive:
        for member in old.namelist():
            archive.writestr(member, change(old.read(member)) if member == name else old.read(member))
    return new.getvalue()


def with_fields(**fields: Any) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps({**json.loads(data), **fields}).encode()


def with_run(**fields: Any) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        head = json.loads(data)
        head["runs"][0].update(fields)
        return json.dumps(head).encode()

    return change


def spoilt(field: str, value: Any) -> list[bytes]:
    """A short run whose second event has another ``value``."""
    said = frames("r")
    said[1] = msgpack.packb({**msgpack.unpackb(said[1]), field: value})
    return said


DAMAGE: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "another format": ("session.json", with_fields(format="zip"), "format"),
    "a later version": ("session.json", with_fields(version=2), "version: '2' is not known here (known: 1)"),
    "an unknown field": ("session.json", with_fields(owner="ann"), "owner"),
    "a long title": ("session.json", with_fields(title="x" * 121), "title"),
    "a huge draft": ("session.json", with_fields(draft={"a": "x" * 300_000}), "draft"),
    "no JSON": ("session.json", lambda data: data[:-5], "session.json is damaged"),
    "settings out of bounds": ("session.json", with_run(spec={"prompt": "x", "sampling": {"temperature": -1}}), "runs.0.spec"),
    "a path": ("session.json", with_run(trace="../../etc/passwd"), "runs.0.trace"),
    "a trace that is not there": ("session.json", with_run(trace="traces/77.trace"), "damaged"),
    "a trace that was cut": ("traces/0.trace", lambda data: data[:-30], "traces/0.trace"),
    "a trace without its end": ("traces/0.trace", lambda _: packed(Trace("r", "e", frames("r")[:-1])), "events are missing"),
    "a trace with a hole": ("traces/0.trace", lambda _: packed(Trace("r", "e", frames("r")[1:])), "events are missing"),
    "a leaf of a wrong type": (
        "traces/0.trace",
        lambda _: packed(Trace("r", "e", spoilt("text", ["<script>"]))),
        "event 2 has a value of a wrong type",
    ),
    "a run that is no string": (
        "traces/0.trace",
        lambda _: packed(Trace("r", "e", spoilt("run", 5))),
        "event 2 has a value of a wrong type",
    ),
    "a trace of a later version": (
        "traces/0.trace",
        lambda data: gzip.compress(gzip.decompress(data).replace(b"\xa7version\x01", b"\xa7version\x02")),
        "version: 2",
    ),
    "a trace of something else": ("traces/0.trace", lambda _: packed(Trace("r", "e", [b"\x81\xa1a\x01"])), "an event is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_refused_with_the_reason_and_leaves_nothing(damage: str, file: bytes, browser: Browser) -> None:
    name, change, reason = DAMAGE[damage]
    answer = upload(browser, changed(file, name, change))
    assert answer.status_code == 422
    assert reason in answer.json()["errors"][0]["message"]
    assert not PromptSession.objects.exists()
    assert not Run.objects.exists()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_file_of_ours_is_refused(data: bytes, browser: Browser) -> None:
    assert upload(browser, data).status_code in (400, 422)
    assert not PromptSession.objects.exists()


def test_a_file_cut_anywhere_is_refused(file: bytes, browser: Browser) -> None:
    for length in range(1, len(file), max(1, len(file) // 12)):
        assert upload(browser, file[:length]).status_code == 422


def test_a_bomb_is_never_unpacked(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_JSON_BYTES", 100_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.json", bytes(50_000_000))
    assert len(bomb.getvalue()) < 100_000
    assert "holds more than 100000 bytes" in upload(browser, bomb.getvalue()).json()["errors"][0]["message"]


def test_a_bomb_within_a_trace_is_never_unpacked(file: bytes, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "MAX_BYTES", 100_000)
    bomb = changed(file, "traces/0.trace", lambda _: gzip.compress(bytes(50_000_000)))
    assert len(bomb) < 100_000
    assert "holds more than 100000 bytes" in upload(browser, bomb).json()["errors"][0]["message"]


def test_a_script_in_a_title_stays_text(file: bytes, browser: Browser) -> None:
    title = "</script><script>alert(1)</script>"
    session = upload(browser, changed(file, "session.json", with_fields(title=title, tags=[title[:40]]))).json()
    assert session["title"] == title
    for path in (f"/s/{session['id']}", "/sessions"):
        assert "<script>alert" not in browser("bob").get(path).content.decode()


def test_a_file_that_is_too_large_is_refused(file: bytes, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_FILE_BYTES", 100)
    assert "at most 100 are taken" in upload(browser, file).json()["errors"][0]["message"]
