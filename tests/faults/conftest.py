"""Sites whose parts are killed: embedded, and web and workers over a Redis of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer
from tests.site import Site

# Slow enough to be killed in mid-run, quick enough to wait for
SPEC = {"prompt": "Once upon a time", "sampling": {"max_tokens": 150, "seed": 11, "ignore_eos": True}, "watch": {"top_n": 3}}
PACE = 30.0
LEASE_SECONDS = 3.0
Production = tuple[Site, RedisServer]


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Callable[[bool], Production]]:
    """Makes a production site with one web process and no worker; ``durable`` Redis keeps its data when killed."""
    made: list[Production] = []

    def make(durable: bool = True) -> Production:
        folder = tmp_path / "redis"
        folder.mkdir()
        redis = RedisServer(folder, durable=durable)
        redis.start()
        site = Site(tmp_path, redis_url=redis.url, lease_seconds=str(LEASE_SECONDS))
        made.append((site, redis))
        site.web()
        return site, redis

    yield make
    for site, redis in made:
        site.end()
        redis.kill()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.end()
