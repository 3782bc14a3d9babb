"""Event logs: what the runs said, in order, until an hour after they ended. See ``protocol.py``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from inference.eventlog.memory import MemoryLog
from inference.eventlog.protocol import TTL_SECONDS, EventLog
from inference.eventlog.redis import RedisLog


def open_log(url: str, journal: Path | None = None, *, patience_seconds: float = 5.0, ttl_seconds: float = TTL_SECONDS) -> EventLog:
    """The log at ``url``: a Redis URL, or ``memory://`` for the one that all of this process shares.

    ``journal`` is a folder that lets ``memory://`` survive its process. ``patience_seconds`` is how long a call waits for a server
    that is away, ``ttl_seconds`` how long an ended run is kept.
    """
    if url.startswith("memory://"):
        return _shared_memory(journal, ttl_seconds)
    return RedisLog(url, patience_seconds=patience_seconds, ttl_seconds=ttl_seconds)


@cache
def _shared_memory(journal: Path | None, ttl_seconds: float) -> MemoryLog:
    return MemoryLog(journal, ttl_seconds=ttl_seconds)
