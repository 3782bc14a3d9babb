"""Sends one run to one socket: its place in the queue, then its events, as bytes that are never parsed here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from inference.eventlog.protocol import Head, LogUnavailable
from inference.events import ErrorInfo
from playground.live.hub import Hub
from playground.live.protocol import Gap, Queued, Refused, pack
from playground.live.window import Window

POSITION_SECONDS = 0.5  # between two looks at the place in the queue
RETRY_SECONDS = 0.2
LOST_SECONDS = 15.0  # a worker begins a run again within that time, when the log's server has lost it

Send = Callable[[bytes], Awaitable[None]]


class HistoryLost(RuntimeError):
    """The log's server came back without this run, and no worker brought it back."""


class Feed:
    """One run on its way to one socket."""

    def __init__(self, hub: Hub, run: str, head: Head, after: int, window: Window, send: Send) -> None:
        self._hub = hub
        self._run = run
        self._epoch = head.epoch
        self._position = head.position
        self._window = window
        self._send = send
        self._subscription = hub.subscribe(run, after, head.last_seq)
        window.begin(run, after)

    async def pump(self) -> None:
        """Send until the run's last event is on its way."""
        try:
            while not await self._step():
                pass
        except HistoryLost:
            error = ErrorInfo("history_lost", "the server that kept this run lost it")
            await self._send(pack(Refused(None, self._run, [error])))
        finally:
            self.close()

    def close(self) -> None:
        self._subscription.close()
        self._window.end(self._run)

    async def _step(self) -> bool:
        """Send what there is; true after the last event."""
        waits = self._position is not None and self._subscription.cursor == 0
        if not await self._subscription.wait(POSITION_SECONDS if waits else None):
            await self._tell_position()
            return False
        if self._subscription.doubted:
            await self._look_again()
        return await self._send_some()

    async def _send_some(self) -> bool:
        room = await self._window.reserve(self._run)
        try:
            entries = await self._subscription.take(self._allowed(room))
            for entry in entries:
                await self._send(entry.data)
        except LogUnavailable:
            self._subscription.doubt()
            entries = []
        finally:
            self._window.sent(self._run, self._subscription.cursor)
        return bool(entries) and entries[-1].final

    def _allowed(self, room: int) -> int:
        """How many events may be sent now, of the ``room`` that the client has for them."""
        return room

    async def _tell_position(self) -> None:
        try:
            head = await self._hub.head(self._run)
        except LogUnavailable:
            return
        position = head.position if head else None
        if position != self._position and position is not None:
            await self._send(pack(Queued(self._run, position)))
        self._position = position

    async def _look_again(self) -> None:
        """The connection to the log was lost, or the run began again: is the history still the one that the client has?"""
        head = await self._found_head()
        after = self._subscription.cursor
        if head.epoch != self._epoch:
            self._epoch, after = head.epoch, 0
            self._window.begin(self._run, 0)
            await self._send(pack(Gap(self._run, head.epoch)))
        self._subscription.trust(after)

    async def _found_head(self) -> Head:
        deadline = time.monotonic() + LOST_SECONDS
        while True:
            try:
                if head := await self._hub.head(self._run):
                    return head
            except LogUnavailable:
                deadline = time.monotonic() + LOST_SECONDS
            if time.monotonic() > deadline:
                raise HistoryLost(self._run)
            await asyncio.sleep(RETRY_SECONDS)
