"""One reader per web process, shared by all its sockets. Knows nothing of WebSockets or of what the events mean.

The hub hands each new entry to whoever subscribes to its run. A subscriber who does not keep up is not buffered for: it falls back
to reading the log, where everything is anyway.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from weakref import WeakKeyDictionary

from inference.eventlog.protocol import Entry, EventLog, News, Tail
from playground.live.log import event_log

BUFFER_EVENTS = 128
BUFFER_BYTES = 1024 * 1024

logger = logging.getLogger(__name__)


class HubLost(RuntimeError):
    """The shared reader has died; the sockets close, so that their clients come back to a new one."""


class Subscription:
    """One run as one socket reads it: from the log up to the present, then from the hub."""

    def __init__(self, hub: Hub, run: str, after: int) -> None:
        self.run = run
        self.cursor = after  # the last entry taken
        self.doubted = False  # the history may be another one: compare epochs, then ``trust``
        self._hub = hub
        self._buffer: deque[Entry] = deque()
        self._bytes = 0
        self._behind = True  # there may be entries in the log that the buffer lacks
        self._lost = False
        self._news = asyncio.Event()

    def push(self, entries: list[Entry]) -> None:
        """The hub has news. Kept only where they fit and follow on what is there."""
        if not self._behind:
            self._keep([entry for entry in entries if entry.seq > self._end()])
        if self._behind or self._buffer:
            self._news.set()

    def doubt(self) -> None:
        self.doubted = True
        self._news.set()

    def lose(self) -> None:
        self._lost = True
        self._news.set()

    def trust(self, after: int) -> None:
        """The history is known again, and goes on after ``after``."""
        self.doubted = False
        self.cursor = after
        self._fall_behind()
        self._hub.follow_again(self.run, after)

    async def wait(self, timeout: float | None = None) -> bool:
        """Until there is something to take or to doubt; false where nothing came within ``timeout`` seconds."""
        if not (self._behind or self._buffer or self.doubted or self._lost):
            self._news.clear()
            if not await self._rung(timeout):
                return False
        if self._lost:
            raise HubLost(self.run)
        return True

    async def take(self, limit: int) -> list[Entry]:
        """The next entries, at most ``limit``; none where the log has no more for now."""
        if self._behind:
            self._behind = False  # before reading: what comes meanwhile is buffered
            entries = await self._hub.read(self.run, self.cursor, limit)
            self._behind = self._behind or len(entries) == limit
            return self._taken(entries)
        return self._taken([self._pop() for _ in range(min(limit, len(self._buffer)))])

    def close(self) -> None:
        self._hub.unsubscribe(self)

    async def _rung(self, timeout: float | None) -> bool:
        if timeout is None:
            return await self._news.wait()
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._news.wait(), timeout)
        return False

    def _taken(self, entries: list[Entry]) -> list[Entry]:
        """Those of ``entries`` that are new. Where the hub missed one, the log has it."""
        fresh = []
        for entry in entries:
            if entry.seq > self.cursor + 1:
                self._fall_behind()
                break
            if entry.seq == self.cursor + 1:
                self.cursor += 1
                fresh.append(entry)
        return fresh

    def _end(self) -> int:
        return self._buffer[-1].seq if self._buffer else self.cursor

    def _keep(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._buffer.append(entry)
            self._bytes += len(entry.data)
        if len(self._buffer) > BUFFER_EVENTS or self._bytes > BUFFER_BYTES:
            self._fall_behind()

    def _pop(self) -> Entry:
        entry = self._buffer.popleft()
        self._bytes -= len(entry.data)
        return entry

    def _fall_behind(self) -> None:
        self._buffer.clear()
        self._bytes = 0
        self._behind = True


class Hub:
    """The shared reader of one asyncio loop."""

    def __init__(self, log: EventLog) -> None:
        self._tail: Tail = log.tail()
        self._resumed_at: dict[str, int] = {}  # after a doubt, the earliest place from which a subscriber goes on
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._task = asyncio.get_running_loop().create_task(self._read())
        self.read = self._tail.read
        self.head = self._tail.head

    @property
    def alive(self) -> bool:
        return not self._task.done()

    def subscribe(self, run: str, after: int, last_seq: int) -> Subscription:
        """Follow ``run`` from ``after`` on; ``last_seq`` is where its log ends now."""
        subscription = Subscription(self, run, after)
        if run not in self._subscriptions:
            self._subscriptions[run] = set()
            self._tail.follow(run, last_seq)
        self._subscriptions[run].add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        watching = self._subscriptions.get(subscription.run, set())
        watching.discard(subscription)
        if not watching and self._subscriptions.pop(subscription.run, None) is not None:
            self._tail.forget(subscription.run)
            self._resumed_at.pop(subscription.run, None)

    def follow_again(self, run: str, after: int) -> None:
        """A subscriber goes on after ``after``; what others are told twice they recognise."""
        self._resumed_at[run] = min(after, self._resumed_at.get(run, after))
        self._tail.follow(run, self._resumed_at[run])

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._tail.close()

    async def _read(self) -> None:
        try:
            while True:
                for news in await self._tail.next():
                    self._tell(news)
        except Exception:
            logger.exception("the shared reader has died")
            await self._tail.close()  # another hub takes its place
        finally:
            for watching in self._subscriptions.values():
                for subscription in watching:
                    subscription.lose()

    def _tell(self, news: News) -> None:
        if not news.entries:
            self._resumed_at.pop(news.run, None)
        for subscription in self._subscriptions.get(news.run, ()):
            subscription.push(news.entries) if news.entries else subscription.doubt()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def the_hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs or not _hubs[loop].alive:
        _hubs[loop] = Hub(event_log())
    return _hubs[loop]
