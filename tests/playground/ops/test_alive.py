"""The health checks of the containers, against a real Redis."""

from __future__ import annotations

import pytest

from inference.eventlog.redis import RedisLog
from playground.ops import alive
from tests.redis_server import RedisServer, free_port, redis_server

__all__ = ["redis_server"]  # a fixture
pytestmark = pytest.mark.redis


def test_a_machine_is_alive_by_its_own_workers_alone(redis_server: RedisServer) -> None:
    RedisLog(redis_server.url).beat("here:7", 60)
    assert alive.worker(redis_server.url, "here") == ""
    assert alive.worker(redis_server.url, "her") == "no worker of her is alive"


def test_a_redis_that_is_away_is_said() -> None:
    assert "the event log does not answer" in alive.worker(f"redis://127.0.0.1:{free_port()}/0", "here")


def test_a_web_process_that_is_away_is_said() -> None:
    assert "refused" in alive.web(free_port())
