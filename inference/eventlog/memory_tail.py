"""The shared reader over a ``MemoryLog``: worker threads touch it, one asyncio loop waits on it. Knows nothing of sockets."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from inference.eventlog.protocol import Entry, Head, News

if TYPE_CHECKING:
    from inference.eventlog.memory import MemoryLog

BATCH = 256  # entries of one run in one piece of news


class MemoryTail:
    """``Tail`` for threads of one process. Many appends between two turns of the loop wake it once."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._awake = asyncio.Event()
        self._lock = threading.Lock()
        self._cursors: dict[str, int] = {}
        self._touched: set[str] = set()
        self._doubted: set[str] = set()
        self._ringing = False

    async def head(self, run: str) -> Head | None:
        return self._log.head(run)

    async def read(self, run: str, after: int, limit: int) -> list[Entry]:
        return self._log.read(run, after, limit)

    def follow(self, run: str, after: int) -> None:
        with self._lock:
            self._cursors[run] = after
        self.touch(run)

    def forget(self, run: str) -> None:
        with self._lock:
            self._cursors.pop(run, None)

    async def next(self) -> list[News]:
        while True:
            await self._awake.wait()
            self._awake.clear()
            touched, doubted = self._taken()
            news = [News(run, []) for run in doubted]
            news += [piece for run in touched - doubted if (piece := self._fresh(run)) is not None]
            if news:
                return news

    async def close(self) -> None:
        self._log.untail(self)

    def touch(self, run: str) -> None:
        """The log of ``run`` has grown. Called from any thread."""
        with self._lock:
            if run in self._cursors:
                self._touched.add(run)
                self._ring()

    def doubt(self, run: str) -> None:
        """The history of ``run`` is another one. Called from any thread."""
        with self._lock:
            if run in self._cursors:
                self._cursors[run] = 0
                self._doubted.add(run)
                self._ring()

    def _ring(self) -> None:
        if not self._ringing and not self._loop.is_closed():
            self._ringing = True
            with contextlib.suppress(RuntimeError):  # the loop may end between the question and the call
                self._loop.call_soon_threadsafe(self._awake.set)

    def _taken(self) -> tuple[set[str], set[str]]:
        with self._lock:
            taken = (self._touched & self._cursors.keys(), self._doubted & self._cursors.keys())
            self._touched, self._doubted, self._ringing = set(), set(), False
            return taken

    def _fresh(self, run: str) -> News | None:
        entries = self._log.read(run, self._cursors[run], BATCH)
        if not entries:
            return None
        self._cursors[run] = entries[-1].seq
        if len(entries) == BATCH:
            self.touch(run)
        return News(run, entries)
