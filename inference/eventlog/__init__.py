"""Event logs: what the runs said, in order, until an hour after they ended. See ``protocol.py``."""

from __future__ import annotations

from pathlib import Path

from inference.eventlog.protocol import EventLog


def open_log(url: str, journal: Path | None = None, *, patience_seconds: float = 5.0, ttl_seconds: float = 3600.0) -> EventLog:
    """The log at ``url``: ``memory://`` (this process; ``journal`` is a folder that survives it) or a Redis URL.

    ``patience_seconds`` is how long a call waits for a server that is away. ``ttl_seconds`` is how long an ended run's log is kept.
    """
    if url.startswith("memory://"):
        from inference.eventlog.memory import MemoryLog

        return MemoryLog(journal, ttl_seconds=ttl_seconds)
    from inference.eventlog.redis import RedisLog

    return RedisLog(url, patience_seconds=patience_seconds, ttl_seconds=ttl_seconds)
