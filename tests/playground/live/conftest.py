"""A site with its own event log, and a worker in this process that decodes with a small engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.eventlog.protocol import EventLog
from inference.worker.care import Care
from inference.worker.decode import Decoder
from playground.live import starting
from playground.live.limits import Buckets
from playground.live.log import event_log
from tests.inference.worker.engine import SmallEngine, SmallEngines


@pytest.fixture
def log(settings: Any, tmp_path: Path, django_db_serialized_rollback: None, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[EventLog]:
    """The site's event log, empty. Nobody decodes."""
    settings.LOGITSCOPE_JOURNAL_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["localhost"]
    monkeypatch.setattr(starting, "enqueue", lambda run, queue: None)
    monkeypatch.setattr(starting, "PERSON", starting.Limits(Buckets(rate=1000, burst=1000)))
    event_log.cache_clear()
    yield event_log()
    event_log.cache_clear()


@pytest.fixture
def engine(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallEngine]:
    """A worker takes every run up as soon as it has been enqueued."""
    engines, care = SmallEngines(), Care(log, "worker")
    decoder = Decoder(log, engines, care, lease_seconds=5)
    care.start()
    monkeypatch.setattr(starting, "enqueue", lambda run, queue: threading.Thread(target=decoder.decode, args=(run,), daemon=True).start())
    yield engines.engine
    care.drain()
    care.end()
