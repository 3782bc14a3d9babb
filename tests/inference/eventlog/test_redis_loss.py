"""What a Redis log and its tail do when the server is killed and comes back."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.eventlog.protocol import Entry, LogUnavailable, MissingEvents, News, UnknownRun
from inference.eventlog.redis import RedisLog
from tests.inference.eventlog.test_log import begun
from tests.redis_server import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture(params=[True, False], ids=["durable", "volatile"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RedisServer]:
    running = RedisServer(tmp_path, durable=request.param)
    running.start()
    yield running
    running.kill()


def restart_after(server: RedisServer, seconds: float) -> threading.Thread:
    server.kill()
    thread = threading.Timer(seconds, server.start)
    thread.start()
    return thread


@pytest.mark.parametrize("server", [True], indirect=True)
def test_an_append_waits_for_the_server_to_come_back(server: RedisServer) -> None:
    log = RedisLog(server.url)
    lease = begun(log, events=2)
    time.sleep(1.2)  # the append-only file is flushed every second
    back = restart_after(server, 1)
    log.append(lease, 3, b"3")
    back.join()
    assert [entry.data for entry in log.read("r")] == [b"1", b"2", b"3"]


@pytest.mark.parametrize("server", [False], indirect=True)
def test_a_lost_history_is_said_to_be_lost(server: RedisServer) -> None:
    log = RedisLog(server.url)
    lease = begun(log, events=2)
    restart_after(server, 0).join()
    with pytest.raises(UnknownRun):
        log.append(lease, 3, b"3")


@pytest.mark.parametrize("server", [False], indirect=True)
def test_a_server_that_stays_away_is_said_to_be_away(server: RedisServer) -> None:
    log = RedisLog(server.url, patience_seconds=0.5)
    lease = begun(log)
    server.kill()
    started = time.monotonic()
    with pytest.raises(LogUnavailable):
        log.append(lease, 1, b"1")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("server", [True], indirect=True)
def test_a_log_that_lost_its_last_appends_says_where_it_ends(server: RedisServer) -> None:
    log = RedisLog(server.url)
    lease = begun(log, events=2)
    with pytest.raises(MissingEvents) as raised:
        log.append(lease, 7, b"7")
    assert raised.value.last_seq == 2


async def test_a_tail_says_look_again_and_goes_on(server: RedisServer) -> None:
    log = RedisLog(server.url)
    begun(log, events=2)
    tail = log.tail()
    tail.follow("r", 0)
    async with asyncio.timeout(15):
        while not any(news.entries for news in await tail.next()):
            pass
        await asyncio.sleep(1.2)
        waiting = asyncio.create_task(tail.next())
        await asyncio.sleep(0.1)
        back = restart_after(server, 1)
        assert await waiting == [News("r", [])]
        await asyncio.to_thread(back.join)
        lease = begun(log, "new")
        log.append(lease, 1, b"one")
        tail.follow("new", 0)
        assert await tail.next() == [News("new", [Entry(1, b"one")])]
    await tail.close()
