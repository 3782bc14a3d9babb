"""How one reader serves many subscribers, slow ones included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from inference.eventlog.memory import MemoryLog
from inference.eventlog.protocol import Lease, News
from playground.live import hub as module
from playground.live.hub import Hub, HubLost, Subscription
from tests.inference.eventlog.test_log import begun


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
async def hub(log: MemoryLog) -> AsyncIterator[Hub]:
    opened = Hub(log)
    yield opened
    await opened.close()


def append(log: MemoryLog, lease: Lease, first: int, last: int, size: int = 1) -> None:
    for seq in range(first, last + 1):
        log.append(lease, seq, b"x" * size)


async def taken(subscription: Subscription, count: int) -> list[int]:
    seqs: list[int] = []
    async with asyncio.timeout(5):
        while len(seqs) < count:
            await subscription.wait()
            seqs += [entry.seq for entry in await subscription.take(16)]
    return seqs


async def test_history_and_news_join_without_a_seam(log: MemoryLog, hub: Hub) -> None:
    lease = begun(log, events=50)
    subscription = hub.subscribe("r", 0, 50)
    first = await taken(subscription, 20)
    append(log, lease, 51, 80)
    assert first + await taken(subscription, 80 - len(first)) == list(range(1, 81))


async def test_a_subscriber_who_does_not_keep_up_is_not_buffered_for(log: MemoryLog, hub: Hub) -> None:
    lease = begun(log)
    slow, quick = hub.subscribe("r", 0, 0), hub.subscribe("r", 0, 0)
    await slow.take(1)
    reading = asyncio.create_task(taken(quick, 1000))
    for first in range(1, 1000, 50):
        append(log, lease, first, first + 49, size=1000)
        await asyncio.sleep(0.01)
        assert len(slow._buffer) <= module.BUFFER_EVENTS
    assert await reading == list(range(1, 1001))
    assert await taken(slow, 1000) == list(range(1, 1001))


async def test_large_events_fill_the_buffer_by_their_bytes(log: MemoryLog, hub: Hub) -> None:
    lease = begun(log)
    subscription = hub.subscribe("r", 0, 0)
    await subscription.take(1)
    append(log, lease, 1, 20, size=100_000)
    await asyncio.sleep(0.05)
    assert subscription._bytes <= module.BUFFER_BYTES
    assert await taken(subscription, 20) == list(range(1, 21))


async def test_news_that_skip_an_entry_are_filled_up_from_the_log(log: MemoryLog, hub: Hub) -> None:
    lease = begun(log)
    subscription = hub.subscribe("r", 0, 0)
    await subscription.take(1)
    hub._tail.forget("r")
    append(log, lease, 1, 5)
    subscription.push(log.read("r", after=3))
    assert await taken(subscription, 5) == [1, 2, 3, 4, 5]


async def test_repeated_news_are_recognised(log: MemoryLog, hub: Hub) -> None:
    lease = begun(log)
    subscription = hub.subscribe("r", 0, 0)
    await subscription.take(1)
    append(log, lease, 1, 5)
    for _ in range(3):
        subscription.push(log.read("r"))
    assert await taken(subscription, 5) == [1, 2, 3, 4, 5]
    assert not await subscription.wait(0.05)


async def test_the_last_to_leave_ends_the_following(log: MemoryLog, hub: Hub) -> None:
    begun(log)
    one, two = hub.subscribe("r", 0, 0), hub.subscribe("r", 0, 0)
    one.close()
    assert hub._subscriptions
    two.close()
    two.close()
    assert not hub._subscriptions


async def test_a_reader_that_dies_tells_its_subscribers(log: MemoryLog, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> list[News]:
        raise RuntimeError("broken")

    lease = begun(log)
    subscription = hub.subscribe("r", 0, 0)
    await subscription.take(1)
    monkeypatch.setattr(hub._tail, "next", broken)
    append(log, lease, 1, 1)
    with pytest.raises(HubLost):
        await taken(subscription, 5)
    assert not hub.alive
