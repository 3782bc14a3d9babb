"""What the shared reader of every event log does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from inference.eventlog.protocol import Entry, EventLog, News, Tail
from tests.inference.eventlog.test_log import begun


@pytest.fixture
async def tail(log: EventLog) -> AsyncIterator[Tail]:
    opened = log.tail()
    yield opened
    await opened.close()


async def collect(tail: Tail, count: int) -> list[Entry]:
    """The next ``count`` entries of all runs, in the order of their arrival."""
    entries: list[Entry] = []
    async with asyncio.timeout(5):
        while len(entries) < count:
            entries += [entry for news in await tail.next() for entry in news.entries]
    return entries


async def test_it_tells_of_entries_after_the_cursor(log: EventLog, tail: Tail) -> None:
    begun(log, events=5)
    tail.follow("r", 3)
    assert await collect(tail, 2) == [Entry(4, b"4"), Entry(5, b"5")]


async def test_it_tells_of_entries_that_come_while_it_waits(log: EventLog, tail: Tail) -> None:
    lease = begun(log)
    tail.follow("r", 0)
    waiting = asyncio.create_task(collect(tail, 1))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(log.append, lease, 1, b"1")
    assert await waiting == [Entry(1, b"1")]


async def test_following_another_run_takes_effect_while_it_waits(log: EventLog, tail: Tail) -> None:
    begun(log, "a")
    begun(log, "b", events=1)
    tail.follow("a", 0)
    waiting = asyncio.create_task(collect(tail, 1))
    await asyncio.sleep(0.1)
    tail.follow("b", 0)
    assert await asyncio.wait_for(waiting, 2) == [Entry(1, b"1")]


async def test_a_forgotten_run_is_not_told_of(log: EventLog, tail: Tail) -> None:
    begun(log, "a", events=1)
    begun(log, "b", events=2)
    tail.follow("a", 0)
    tail.follow("b", 0)
    tail.forget("a")
    assert await collect(tail, 2) == [Entry(1, b"1"), Entry(2, b"2")]


async def test_the_last_entry_is_marked(log: EventLog, tail: Tail) -> None:
    lease = begun(log)
    tail.follow("r", 0)
    log.append(lease, 1, b"end", final=True)
    assert await collect(tail, 1) == [Entry(1, b"end", True)]


async def test_a_restarted_run_says_look_again_and_then_tells_from_the_beginning(log: EventLog, tail: Tail) -> None:
    lease = begun(log, events=5)
    tail.follow("r", 0)
    await collect(tail, 5)
    log.restart(lease)
    async with asyncio.timeout(5):
        assert await tail.next() == [News("r", [])]
    log.append(lease, 1, b"anew")
    assert await collect(tail, 1) == [Entry(1, b"anew")]


async def test_it_reads_heads_and_history(log: EventLog, tail: Tail) -> None:
    begun(log, events=3)
    assert await tail.head("r") == log.head("r")
    assert await tail.head("unknown") is None
    assert await tail.read("r", 1, 1) == [Entry(2, b"2")]


async def test_nothing_is_lost_or_doubled_while_many_runs_grow(log: EventLog, tail: Tail) -> None:
    runs = [f"run{i}" for i in range(10)]

    def write() -> None:
        leases = [begun(log, run) for run in runs]
        for seq in range(1, 41):
            for lease in leases:
                log.append(lease, seq, f"{lease.run}:{seq}".encode())

    for run in runs:
        tail.follow(run, 0)
    writer = threading.Thread(target=write)
    writer.start()
    entries = await collect(tail, 400)
    writer.join()
    assert len(set(entries)) == 400
    for run in runs:
        assert [entry.seq for entry in entries if entry.data.startswith(f"{run}:".encode())] == list(range(1, 41))


async def test_an_answer_is_told_to_whoever_waits_for_it(log: EventLog, tail: Tail) -> None:
    tail.follow("box", 0)
    waiting = asyncio.create_task(collect(tail, 1))
    await asyncio.sleep(0.1)
    log.post("box", b"answer", 5)
    assert await asyncio.wait_for(waiting, 2) == [Entry(1, b"answer", True)]
