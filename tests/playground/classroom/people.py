"""A teacher or a student at a room's socket: sends, and remembers the newest that was said of each subject."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from tests.playground.live.client import Client

Message = dict[str, Any]
STATES = ("room", "asked", "waiting", "view", "you", "scores", "roster", "tally", "hand_ins", "room_usage", "game", "game_desk", "lesson")


class Person(Client):
    """``said`` holds the newest state of each subject, ``tokens`` the ids of the class's run as they came."""

    def __init__(self, person: str, code: str) -> None:
        super().__init__(person, path=f"/ws/rooms/{code}/")
        self.said: dict[str, Message] = {}
        self.tokens: list[int] = []
        self.others: list[Message] = []
        self._refs = 0

    async def hear(self) -> Message:
        """The next message, noted."""
        message = await self.receive()
        if message["type"] in STATES:
            self.said[message["type"]] = message
        elif "seq" in message:
            await self.send("ack", run=message["run"], seq=message["seq"])
            if message["type"] == "token":
                self.tokens.append(message["id"])
        else:
            self.others.append(message)
        return message

    async def until(self, condition: Callable[[Self], object]) -> Self:
        """Listen until ``condition`` holds."""
        while not condition(self):
            await self.hear()
        return self

    async def do(self, type: str, **fields: Any) -> Message:
        """Send, and wait for ``done`` or ``error``."""
        self._refs += 1
        ref = f"do-{self._refs}"
        await self.send(type, ref=ref, **fields)
        await self.until(lambda me: any(message.get("ref") == ref for message in me.others))
        return next(message for message in self.others if message.get("ref") == ref)

    async def refused(self, type: str, **fields: Any) -> str:
        """The code with which this is refused."""
        answer = await self.do(type, **fields)
        assert answer["type"] == "error", answer
        return str(answer["errors"][0]["code"])

    async def done(self, type: str, **fields: Any) -> None:
        answer = await self.do(type, **fields)
        assert answer["type"] == "done", answer

    async def run(self, *, tokens: int = 8, seed: int = 7, pace: float | None = None, **spec: Any) -> str:
        """Start a run; returns its id."""
        sampling = {"max_tokens": tokens, "seed": seed}
        answer = await self.do("start", spec={"prompt": "Once", "sampling": sampling, "max_tokens_per_second": pace, **spec})
        assert answer["type"] == "accepted", answer
        return str(answer["run"])

    async def watch(self) -> str:
        """Follow what the class sees; returns its run."""
        await self.until(lambda me: me.said.get("room", {}).get("run"))
        run = str(self.said["room"]["run"])
        await self.send("resume", run=run)
        return run

    async def waits(self, step: int) -> Self:
        return await self.until(lambda me: me.said.get("waiting", {}).get("step") == step)
