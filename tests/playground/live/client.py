"""A person's socket, talked to in process through the site's real ASGI application."""

from __future__ import annotations

from typing import Any, Self

import msgpack
from channels.testing import WebsocketCommunicator

from playground.asgi import application
from playground.runs import people

SECONDS = 5.0


class Client:
    """Sends maps, receives maps. ``person`` is who the cookie says it is."""

    def __init__(self, person: str = "ann", *, origin: bytes = b"http://localhost", host: bytes = b"localhost", path: str = "/ws/runs/") -> None:
        cookie = f"{people.COOKIE}={people.signed(person)}".encode()
        headers = [(b"host", host), (b"cookie", cookie)] + ([(b"origin", origin)] if origin else [])
        self.socket = WebsocketCommunicator(application, path, headers=headers)

    async def connect(self) -> bool:
        connected, _ = await self.socket.connect(timeout=SECONDS)
        return bool(connected)

    async def __aenter__(self) -> Self:
        assert await self.connect()
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.socket.disconnect()

    async def send(self, type: str, **fields: Any) -> None:
        await self.raw(msgpack.packb({"type": type, **fields}))

    async def raw(self, frame: bytes) -> None:
        await self.socket.send_input({"type": "websocket.receive", "bytes": frame})

    async def receive(self, seconds: float = SECONDS) -> dict[str, Any]:
        message: dict[str, Any] = msgpack.unpackb(await self.socket.receive_from(timeout=seconds))
        return message

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        await self.send(type, **fields)
        return await self.receive()

    async def start(self, *, tokens: int = 5, pace: float | None = None, seed: int = 7) -> dict[str, Any]:
        spec = {"prompt": "Once", "sampling": {"max_tokens": tokens, "seed": seed}, "max_tokens_per_second": pace}
        return await self.ask("start", ref="1", spec=spec)

    async def events(self, *, until: int | None = None, ack: bool = True) -> list[dict[str, Any]]:
        """The events of the run that is followed, to its end or to number ``until``. Other messages are passed over."""
        found: list[dict[str, Any]] = []
        while not found or not (found[-1]["type"] == "finished" or found[-1]["seq"] == until):
            message = await self.receive()
            if "seq" in message:
                found.append(message)
                if ack:
                    await self.send("ack", run=message["run"], seq=message["seq"])
        return found

    async def silent(self, seconds: float = 0.2) -> bool:
        return bool(await self.socket.receive_nothing(timeout=seconds))
