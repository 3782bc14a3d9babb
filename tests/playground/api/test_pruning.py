"""What ``manage.py prune`` deletes, and what it leaves."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from playground.runs.models import PromptSession, Run
from playground.runs.pruning import RECORD_DAYS
from tests.playground.runs.kept import stored_run


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Path:
    settings.CONFIG = settings.CONFIG.model_copy(update={"retention_days": 30})
    return tmp_path / "kept"


def age(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def said(**options: Any) -> str:
    out = StringIO()
    call_command("prune", stdout=out, **options)
    return out.getvalue().strip()


def test_old_private_sessions_go_with_their_files(kept: Path) -> None:
    old, fresh, shared = (stored_run("ann") for _ in range(3))
    PromptSession.objects.filter(pk=old.session_id).update(updated=age(31))
    PromptSession.objects.filter(pk=shared.session_id).update(updated=age(300), visibility="link")
    assert said(dry_run=True) == "Would delete 1 sessions, 0 records of runs, 0 files."
    assert PromptSession.objects.count() == 3
    assert said() == "Deleted 1 sessions, 0 records of runs, 0 files."
    assert set(Run.objects.values_list("pk", flat=True)) == {fresh.pk, shared.pk}
    assert len(list(kept.glob("traces/*/*"))) == 2


def test_without_a_number_of_days_every_session_stays(settings: Any) -> None:
    PromptSession.objects.update_or_create(owner="ann")
    PromptSession.objects.update(updated=age(10_000))
    assert said().startswith("Deleted 0 sessions")


def test_records_without_a_session_go_after_a_month(kept: Path) -> None:
    for state, days in (("unkept", RECORD_DAYS + 1), ("unkept", RECORD_DAYS - 1), ("live", RECORD_DAYS + 1)):
        run = Run.objects.create(owner="key", model="m", spec={}, state=state)
        Run.objects.filter(pk=run.pk).update(created=age(days))
    assert "1 records" in said()
    assert Run.objects.count() == 2


def test_files_that_belong_to_nothing_go_unless_they_are_fresh(kept: Path) -> None:
    run = stored_run("ann")
    folder = kept / "traces" / "xx"
    folder.mkdir(parents=True)
    for name, seconds in (("old.trace", 7200), ("new.trace", 0)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - seconds,) * 2)
    own = kept / str(run.trace.name)
    os.utime(own, (time.time() - 7200,) * 2)
    assert "1 files" in said()
    assert [path.name for path in folder.iterdir()] == ["new.trace"]
    assert own.exists()
