"""Sends the run that a class sees to one socket, as far as the gate lets it."""

from __future__ import annotations

from inference.eventlog.protocol import Head
from playground.classroom.gate import Gate
from playground.live.feed import Feed, Send
from playground.live.hub import Hub
from playground.live.window import Window


class GatedFeed(Feed):
    """A feed that waits at the gate. What is held back stays in the run's log: nothing is buffered for anybody."""

    def __init__(self, hub: Hub, gate: Gate, head: Head, after: int, window: Window, send: Send) -> None:
        super().__init__(hub, gate.run, head, after, window, send)
        self._gate = gate

    async def _send_some(self) -> bool:
        await self._gate.beyond(self._subscription.cursor)
        return await super()._send_some()

    def _allowed(self, room: int) -> int:
        return max(0, min(room, self._gate.released - self._subscription.cursor))
