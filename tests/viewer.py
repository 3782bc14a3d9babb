"""A person's client over a real WebSocket: starts or follows a run, acknowledges, and comes back when it is cut off."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from playground.live.protocol import ACK_EVERY

Message = dict[str, Any]


async def person_cookie(url: str) -> str:
    """A new person's cookie, as the start page gives it."""
    async with httpx.AsyncClient() as client:
        return f"person={(await client.get(f'{url}/healthz')).cookies['person']}"


@dataclass
class Viewer:
    """One client. ``events`` are what it has now: a gap drops them."""

    url: str
    cookie: str
    run: str = ""
    epoch: str | None = None
    events: list[Message] = field(default_factory=list)
    gaps: int = 0
    connections: int = 0
    refusals: list[Message] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return bool(self.events) and self.events[-1]["type"] == "finished"

    @property
    def tokens(self) -> list[int]:
        return [event["id"] for event in self.events if event["type"] == "token"]

    @property
    def in_order(self) -> bool:
        """Numbered from 1 without holes or repeats."""
        return [event["seq"] for event in self.events] == list(range(1, len(self.events) + 1))

    async def start(self, **spec: Any) -> None:
        """Begin a run and leave the socket; ``follow`` gets its events."""
        async with self.socket() as socket:
            await socket.send(msgpack.packb({"type": "start", "ref": "1", "spec": spec}))
            accepted = msgpack.unpackb(await socket.recv())
            assert accepted["type"] == "accepted", accepted
            self.run, self.epoch = accepted["run"], accepted["epoch"]

    async def follow(self, *, tokens: int | None = None, reset_every: float | None = None, seconds: float = 120.0) -> None:
        """Receive until the run's end, or until there are ``tokens``. ``reset_every``: the mean time between resets, in seconds."""
        async with asyncio.timeout(seconds):
            while not (self.finished or self.refusals or (tokens is not None and len(self.tokens) >= tokens)):
                try:
                    await self._one_connection(tokens, reset_every)
                except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                    await asyncio.sleep(0.1)

    async def _one_connection(self, tokens: int | None, reset_every: float | None) -> None:
        async with self.socket() as socket:
            self.connections += 1
            cut = time.monotonic() + (random.expovariate(1 / reset_every) if reset_every else 1e9)
            last = self.events[-1]["seq"] if self.events else 0
            await socket.send(msgpack.packb({"type": "resume", "run": self.run, "epoch": self.epoch, "last_seq": last}))
            async for frame in socket:
                await self._take(socket, msgpack.unpackb(frame))
                if self.finished or self.refusals or (tokens is not None and len(self.tokens) >= tokens):
                    return
                if time.monotonic() > cut:
                    socket.transport.abort()  # a reset, not a goodbye
                    return

    async def _take(self, socket: ClientConnection, message: Message) -> None:
        match message["type"]:
            case "gap":
                self.gaps += 1
                self.events.clear()
                self.epoch = message["epoch"]
            case "error":
                self.refusals.append(message)
            case "recovered" | "queued":
                pass
            case _:
                self.events.append(message)
                if message["seq"] % ACK_EVERY == 0:
                    await socket.send(msgpack.packb({"type": "ack", "run": self.run, "seq": message["seq"]}))

    def socket(self) -> connect:
        address = self.url.replace("http", "ws", 1) + "/ws/runs/"
        return connect(address, additional_headers={"Cookie": self.cookie}, origin=self.url, max_size=None, open_timeout=10)  # type: ignore[arg-type]
