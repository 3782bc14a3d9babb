"""Names of keys and shapes of answers that ``redis.py`` and ``redis_tail.py`` share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.exceptions import BusyLoadingError, ConnectionError, TimeoutError

from inference.eventlog.protocol import Entry, Head

AWAY = (ConnectionError, TimeoutError, BusyLoadingError)  # the server is restarting, or the network is
StreamItem = tuple[bytes, dict[bytes, bytes]]


def hash_key(prefix: str, run: str) -> str:
    return f"{prefix}run:{run}"


def stream_key(prefix: str, run: str) -> str:
    return f"{prefix}run:{run}:events"


def to_entries(found: Sequence[StreamItem]) -> list[Entry]:
    """What a stream command answered, as entries."""
    return [Entry(int(place.split(b"-")[0]), fields[b"d"], b"f" in fields) for place, fields in found]


def to_head(found: Any) -> Head | None:
    """What the script ``HEAD`` answered."""
    if not found:
        return None
    epoch, last, finished, position = found
    return Head(epoch.decode(), last, bool(finished), None if position < 0 else position)
