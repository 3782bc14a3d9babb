"""The event log of this web process, opened once."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from inference.eventlog import open_log
from inference.eventlog.protocol import EventLog

PATIENCE_SECONDS = 3.0  # a person waits no longer for an answer; a worker would


@cache
def event_log() -> EventLog:
    """In embedded mode this is the very log that the worker thread appends to."""
    return open_log(
        settings.LOGITSCOPE_EVENT_LOG_URL,
        settings.LOGITSCOPE_JOURNAL_DIR,
        patience_seconds=PATIENCE_SECONDS,
        ttl_seconds=settings.CONFIG.log_ttl_seconds,
    )
