"""How often somebody may start runs: one rule, however many web processes there are."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from inference.eventlog.protocol import EventLog
from playground.api.openai import callers
from playground.live import asking, starting
from playground.live.limits import Buckets, SiteBuckets
from tests.redis_server import RedisServer, redis_server

__all__ = ["redis_server"]
TAKES = """
    import sys, django
    django.setup()
    from playground.live.limits import SiteBuckets
    bucket = SiteBuckets(sys.argv[1], rate=1e-6, burst=7)
    print(sum(bucket.take("ann") for _ in range(5)), sum(bucket.take("bob") for _ in range(2)))
"""


def test_each_person_has_a_bucket() -> None:
    buckets = Buckets(rate=0.001, burst=1)
    assert [buckets.take(person) for person in ("ann", "bob", "ann")] == [True, True, False]


def test_starts_and_questions_are_counted_for_the_whole_site(log: EventLog) -> None:
    name = secrets.token_hex(8)
    processes = [SiteBuckets(name, rate=1e-6, burst=3), SiteBuckets(name, rate=1e-6, burst=3)]
    assert [processes[n % 2].take("ann") for n in range(4)] == [True, True, True, False]
    assert SiteBuckets(name + "else", rate=1e-6, burst=3).take("ann")
    for shared in (callers.starts, asking.asks):
        assert isinstance(shared, SiteBuckets)


def test_the_starts_of_a_page_are_counted_for_the_whole_site() -> None:
    assert isinstance(starting.PERSON.starts, SiteBuckets)


@pytest.mark.redis
def test_two_web_processes_have_one_rate(redis_server: RedisServer, tmp_path: Path) -> None:
    name = secrets.token_hex(8)
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "playground.settings", "LOGITSCOPE_REDIS_URL": redis_server.url, "LOGITSCOPE_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    command = [sys.executable, "-c", textwrap.dedent(TAKES), name]
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [tuple(map(int, process.communicate(timeout=60)[0].split())) for process in processes]
    assert sum(ann for ann, _ in taken) == 7  # of the ten that were asked for
    assert [bob for _, bob in taken] == [2, 2]
