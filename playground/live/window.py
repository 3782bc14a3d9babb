"""How many events may be on their way to one socket. A client that does not acknowledge gets no more; nothing is buffered for it."""

from __future__ import annotations

import asyncio

from playground.live.protocol import ACK_WINDOW

SHARE = 16  # the most that one run takes at a time, so that several on one socket take turns


class Window:
    """Counts what has been sent and not acknowledged, over all runs of a socket."""

    def __init__(self, size: int = ACK_WINDOW) -> None:
        self._size = size
        self._reserved = 0
        self._sent: dict[str, int] = {}  # last seq sent, by run
        self._acked: dict[str, int] = {}
        self._room = asyncio.Event()
        self._room.set()

    @property
    def in_flight(self) -> int:
        return self._reserved + sum(self._sent[run] - self._acked[run] for run in self._sent)

    def begin(self, run: str, after: int) -> None:
        """``run`` is sent from ``after`` on; what was on its way before no longer counts."""
        self._sent[run] = self._acked[run] = after
        self._room.set()

    async def reserve(self) -> int:
        """Wait for room, and take at most ``SHARE`` of it. Give it back with ``sent``."""
        while self.in_flight >= self._size:
            self._room.clear()
            await self._room.wait()
        share = min(SHARE, self._size - self.in_flight)
        self._reserved += share
        return share

    def sent(self, run: str, seq: int, reserved: int) -> None:
        """Everything of ``run`` up to ``seq`` is on its way; what was ``reserved`` for it counts no more."""
        self._reserved -= reserved
        self._sent[run] = max(seq, self._sent[run])
        self._room.set()

    def ack(self, run: str, seq: int) -> None:
        """The client has handled everything of ``run`` up to ``seq``. Repeated, early and unknown ones are harmless."""
        if run in self._acked:
            self._acked[run] = min(max(seq, self._acked[run]), self._sent[run])
            self._room.set()

    def end(self, run: str) -> None:
        """``run`` has ended: nothing more will be sent of it."""
        if self._sent.get(run) == self._acked.get(run):
            self._sent.pop(run, None)
            self._acked.pop(run, None)
