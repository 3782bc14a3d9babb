"""Sends one stored run to one socket, at the pace of its acknowledgements. No worker, no event log."""

from __future__ import annotations

from playground.live.feed import Send
from playground.live.window import Window
from playground.runs.traces import Trace


class StoredFeed:
    """A trace on its way to one socket. Its frames are numbered from 1 and are the very bytes that the run's log held."""

    def __init__(self, trace: Trace, after: int, window: Window, send: Send) -> None:
        self._trace, self._seq = trace, after
        self._window, self._send = window, send
        window.begin(trace.run, after)

    async def pump(self) -> None:
        """Send until the run's last event is on its way."""
        try:
            while self._seq < len(self._trace.frames):
                room = await self._window.reserve(self._trace.run)
                for frame in self._trace.frames[self._seq : self._seq + room]:
                    await self._send(frame)
                    self._seq += 1
                self._window.sent(self._trace.run, self._seq)
        finally:
            self._window.end(self._trace.run)
