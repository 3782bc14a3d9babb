"""The three logs that one suite holds to the same behaviour."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.eventlog.memory import MemoryLog
from inference.eventlog.protocol import EventLog
from inference.eventlog.redis import RedisLog
from tests.redis_server import RedisServer, redis_server


@pytest.fixture(params=["memory", "journal", pytest.param("redis", marks=pytest.mark.redis)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    """An empty event log."""
    opened: EventLog
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        opened = RedisLog(server.url, prefix=f"test:{secrets.token_hex(8)}:", ttl_seconds=0.5)
    else:
        opened = MemoryLog(tmp_path if request.param == "journal" else None, ttl_seconds=0.5)
    yield opened
    opened.close()

__all__ = ["redis_server"]
