"""Everybody presses Run at once, and one worker serves them: ``python -m benchmarks.crowd``.

How long until each person knows their place in the queue (or the limit), whether every run ends whole, and whether those who came first are served first. Embedded
mode with the bundled model; the clients are a process of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.classroom import cookies
from benchmarks.common import median, table
from tests.site import Site

CONNECTING_AT_ONCE = 20


class Player:
    """One person with one run. Times are monotonic seconds."""

    def __init__(self, socket: ClientConnection, tokens: int) -> None:
        self.socket, self.tokens = socket, tokens
        self.pressed = self.told = self.accepted = self.first = self.ended = 0.0
        self.position = -1
        self.steps: list[int] = []
        self.errors: list[str] = []

    async def play(self, number: int) -> None:
        """Press Run, and read to the end."""
        self.pressed = time.monotonic()
        sampling = {"max_tokens": self.tokens, "min_tokens": self.tokens, "seed": number}
        await self._send("start", ref="1", spec={"prompt": "Once upon a time", "sampling": sampling})
        async for frame in self.socket:
            await self._read(msgpack.unpackb(frame), time.monotonic())
            if self.ended or self.errors:
                return

    async def _read(self, message: dict[str, Any], now: float) -> None:
        match message["type"]:
            case "pending":
                self.told = self.told or now
            case "accepted":
                self.told, self.accepted, self.position = self.told or now, now, message["position"]
            case "error":
                self.told, self.errors = self.told or now, [error["code"] for error in message["errors"]]
            case "token":
                self.first = self.first or now
                self.steps.append(message["step"])
            case "finished":
                self.ended = now
        if message.get("seq", 1) % 16 == 0:
            await self._send("ack", run=message["run"], seq=message["seq"])

    async def _send(self, type: str, **fields: Any) -> None:
        await self.socket.send(msgpack.packb({"type": type, **fields}))


async def pressed(site: Site, people: int, tokens: int) -> list[Player]:
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
    address = f"{site.url.replace('http', 'ws', 1)}/ws/runs/"

    async def one(cookie: str) -> Player:
        async with gate:
            socket = await connect(address, additional_headers={"Cookie": cookie}, origin=site.url, max_size=None, open_timeout=60, compression=None)  # type: ignore[arg-type]
        return Player(socket, tokens)

    players = await asyncio.gather(*(one(cookie) for cookie in cookies(site, people)))
    await asyncio.gather(*(player.play(number) for number, player in enumerate(players)))
    for player in players:
        await player.socket.close()
    return players


def rows(players: list[Player], tokens: int) -> list[dict[str, Any]]:
    told = sorted(player.told - player.pressed for player in players)
    served = [player for player in players if not player.errors]
    firsts = sorted(player.first - player.pressed for player in served)
    by_place = [player.first for player in sorted(served, key=lambda player: player.accepted)]
    behind = max((before - after for before, after in pairwise(by_place)), default=0.0)
    whole = sum(player.steps == list(range(tokens)) for player in served)
    return [
        {"what": f"{len(players)} press Run: each knows the place or the limit, median", "measured": median(told), "bar": None, "unit": "s"},
        {"what": "the same: the last of them", "measured": told[-1], "bar": 1.0, "unit": "s"},
        {"what": "the last is accepted", "measured": max(p.accepted - p.pressed for p in served), "bar": None, "unit": "s"},
        {"what": "accepted", "measured": len(served), "bar": len(players), "unit": ""},
        {"what": f"runs with all of their {tokens} tokens, each once", "measured": whole, "bar": len(served), "unit": ""},
        {"what": "most that waited, as they were told", "measured": max(player.position for player in served), "bar": None, "unit": ""},
        {"what": "first token, median", "measured": median(firsts), "bar": None, "unit": "s"},
        {"what": "first token of the last", "measured": firsts[-1], "bar": None, "unit": "s"},
        {"what": "most that somebody who was accepted next was served sooner", "measured": max(behind, 0.0), "bar": None, "unit": "s"},
        {"what": "all ended, after the first pressed", "measured": max(p.ended for p in served) - min(p.pressed for p in players), "bar": None, "unit": "s"},
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--tokens", type=int, default=32)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            site.embedded().wait_for("preloaded ")
            before = os.getloadavg()[0]
            print(table(rows(asyncio.run(pressed(site, options.people, options.tokens)), options.tokens)))
            print(f"load of the machine before: {before:.1f}")
        finally:
            site.end()


if __name__ == "__main__":
    main()
