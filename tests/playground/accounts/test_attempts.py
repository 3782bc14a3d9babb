"""Attempts are counted over the site's processes where it has Redis, and hinder nobody when Redis is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import override_settings

from playground.accounts.attempts import Limit
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis
LIMIT = Limit("password", "ada", 2, 3600)


def over(url: str) -> override_settings:
    return override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}})


def test_attempts_are_counted_in_redis(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    server.start()
    with over(server.url):
        waits = []
        for _ in range(3):
            waits.append(LIMIT.wait() > 0)
            LIMIT.count()
        assert waits == [False, False, True]
        assert not Limit("password", "eve", 2, 3600).wait()
        assert caches["default"].get("absent") is None
        server.kill()
        LIMIT.count()
        assert LIMIT.wait() == 0
