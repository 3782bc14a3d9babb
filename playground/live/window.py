"""How many events may be on their way to one socket. A client that does not acknowledge gets no more; nothing is buffered for it.

The bound holds for the socket as a whole. Each run may have ``ACK_EVERY`` on its way all the same, because a client that acknowledges
every so many of each run would otherwise wait for events that wait for its acknowledgement.
"""

from __future__ import annotations

import asyncio

from playground.live.protocol import ACK_EVERY, ACK_WINDOW


class Window:
    """Counts what has been sent and not acknowledged, over all runs of a socket."""

    def __init__(self, size: int = ACK_WINDOW) -> None:
        self._size = size
        self._reserved: dict[str, int] = {}
        self._sent: dict[str, int] = {}  # last seq sent, by run
        self._acked: dict[str, int] = {}
        self._room = asyncio.Event()
        self._room.set()

    @property
    def in_flight(self) -> int:
        return sum(self._of(run) for run in self._sent)

    def begin(self, run: str, after: int) -> None:
        """``run`` is sent from ``after`` on; what was on its way before no longer counts."""
        self._sent[run] = self._acked[run] = after
        self._reserved[run] = 0
        self._room.set()

    async def reserve(self, run: str) -> int:
        """Wait for room for ``run``, and take at most ``ACK_EVERY`` of it, so that runs take turns. Give it back with ``sent``."""
        while (room := max(self._size - self.in_flight, ACK_EVERY - self._of(run))) <= 0:
            self._room.clear()
            await self._room.wait()
        self._reserved[run] = min(ACK_EVERY, room)
        return self._reserved[run]

    def sent(self, run: str, seq: int) -> None:
        """Everything of ``run`` up to ``seq`` is on its way; what was reserved for it and not used is free again."""
        self._reserved[run] = 0
        self._sent[run] = max(seq, self._sent[run])
        self._room.set()

    def ack(self, run: str, seq: int) -> None:
        """The client has handled everything of ``run`` up to ``seq``. Repeated, early and unknown ones are harmless."""
        if run in self._acked:
            self._acked[run] = min(max(seq, self._acked[run]), self._sent[run])
            self._room.set()

    def end(self, run: str) -> None:
        """``run`` has ended: nothing more will be sent of it, and nothing of it counts any more."""
        for counts in (self._sent, self._acked, self._reserved):
            counts.pop(run, None)
        self._room.set()

    def _of(self, run: str) -> int:
        return self._sent[run] - self._acked[run] + self._reserved[run]
