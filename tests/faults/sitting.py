"""A teacher or a student at a room's real WebSocket, who goes to another web process when the one they were at is gone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect

from playground.live.protocol import ACK_EVERY

Message = dict[str, Any]


class Sitter:
    """``said`` holds the newest state of each subject from the socket that is open; ``events`` are those of the class's run, the first
    that was heard, from all sockets; ``own`` those of other runs."""

    def __init__(self, name: str, code: str, cookie: str) -> None:
        self.name, self.code, self.cookie = name, code, cookie
        self.said: dict[str, Message] = {}
        self.events: list[Message] = []
        self.own: list[Message] = []
        self.gaps = 0
        self._answers: dict[str, Message] = {}
        self._epoch: str | None = None
        self._news = asyncio.Event()

    async def enter(self, url: str) -> None:
        """By the web process at ``url``."""
        self.said.clear()
        address = f"{url.replace('http', 'ws', 1)}/ws/rooms/{self.code}/"
        self._socket: ClientConnection = await connect(
            address,
            additional_headers={"Cookie": self.cookie},
            origin=url,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=30,
        )
        self._listening = asyncio.create_task(self._listen())

    async def cut_off(self) -> None:
        """Returns when the socket has gone."""
        await asyncio.wait([self._listening])

    async def leave(self) -> None:
        await self._socket.close()
        await self.cut_off()

    async def watch(self, run: str) -> None:
        """Follow ``run`` from behind what has come of it already."""
        await self._send("resume", run=run, epoch=self._epoch, last_seq=self.events[-1]["seq"] if self.events else 0)

    async def do(self, type: str, **fields: Any) -> Message:
        """Send, and wait for the answer."""
        ref = secrets.token_hex(4)
        await self._send(type, ref=ref, **fields)
        await self.until(lambda: ref in self._answers, type)
        return self._answers[ref]

    async def done(self, type: str, **fields: Any) -> None:
        answer = await self.do(type, **fields)
        assert answer["type"] == "done", answer

    async def until(self, condition: Callable[[], object], why: str, seconds: float = 60.0) -> None:
        """Until what has been heard fulfils ``condition``."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise TimeoutError(f"{self.name} waited in vain: {why}; {self.said}") from error

    @property
    def tokens(self) -> list[int]:
        return [event["id"] for event in self.events if event["type"] == "token"]

    @property
    def finished(self) -> bool:
        return bool(self.events) and self.events[-1]["type"] == "finished"

    @property
    def waits_at(self) -> int | None:
        """The step before which the class's run waits."""
        step: int | None = self.said.get("waiting", {}).get("step")
        return step

    @property
    def question(self) -> Message:
        """What the class is asked, or was asked last."""
        return self.said.get("room", {}).get("question") or {}

    async def _send(self, type: str, **fields: Any) -> None:
        await self._socket.send(msgpack.packb({"type": type, **fields}))

    async def _listen(self) -> None:
        async for frame in self._socket:
            await self._take(msgpack.unpackb(frame))
            self._news.set()

    async def _take(self, message: Message) -> None:
        if "seq" in message:
            first = self.events[0]["run"] if self.events else message["run"]
            (self.events if message["run"] == first else self.own).append(message)
            if message["seq"] % ACK_EVERY == 0:
                await self._send("ack", run=message["run"], seq=message["seq"])
        elif "ref" in message:
            self._answers[message["ref"]] = message
        else:
            self.said[message["type"]] = message
            self._epoch = message.get("epoch", self._epoch)
            self.gaps += message["type"] == "gap"
