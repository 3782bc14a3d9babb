"""A made-up run at a steady pace, of any size, sent to the page in a real Chromium over a socket of its own. No model, no server behind it.

The page is the site's; only its socket is led here, so that what is measured is the page and nothing that decodes.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import msgpack
import numpy as np
from websockets.asyncio.server import Server, ServerConnection, serve

from inference.events import Attention, Block, Event, Finished, Prefilled, Started, Token, encode
from playground.live.protocol import Accepted, pack
from tests.browser import recording

RUN = "a-made-up-run"


@dataclass(frozen=True, slots=True)
class Size:
    """What the run is like."""

    layers: int
    heads: int
    prompt: int  # tokens
    tokens: int
    per_second: float


def events(size: Size) -> Iterator[Event]:
    """The events of the run, one after the other: a whole run of the larger size would not fit into memory twice."""
    *_, finished = made = recording.events(40)
    (started,) = [event for event in made if isinstance(event, Started)]
    samples = [event for event in made if isinstance(event, Token)]
    pieces = [f" {recording.WORDS[1 + k % 20]}".encode() for k in range(size.prompt)]
    model = dataclasses.replace(started.model, layers=size.layers, heads=size.heads, context=size.prompt + size.tokens)
    yield dataclasses.replace(started, model=model, prompt_ids=list(range(size.prompt)), prompt_pieces=pieces)
    yield Prefilled(size.prompt, 0, [size.prompt], 6.2)
    weights = Weights(size)
    for step in range(size.tokens):
        yield dataclasses.replace(samples[step % len(samples)], step=step, attention=weights.of(step), kv_tokens=size.prompt + step)
    assert isinstance(finished, Finished)
    yield finished


class Weights:
    """Rows of attention: a sink, the neighbours, and noise that moves along."""

    def __init__(self, size: Size) -> None:
        self._prompt = size.prompt
        self._index = Block.of(np.array([(layer, head) for layer in range(size.layers) for head in range(-1, size.heads)]), "i2")
        random = np.random.default_rng(7)
        self._noise = random.integers(0, 40, (self._index.shape[0], 2 * (size.prompt + size.tokens))).astype(np.uint8)

    def of(self, step: int) -> Attention:
        length = self._prompt + step
        values = self._noise[:, step : step + length].copy()
        values[:, 0], values[:, -1] = 250, 200
        scale = 1 / values.sum(1, dtype=np.float64)
        return Attention(self._index, Block("u1", [len(values), length], values.tobytes()), Block.of(scale, "f4"))


class Feed:
    """A socket server in a thread: answers a start, then sends the run."""

    def __init__(self, size: Size) -> None:
        self._size, self._loop = size, asyncio.new_event_loop()
        self._ready = threading.Event()
        self._server: Server | None = None
        threading.Thread(target=self._serve, daemon=True).start()
        self._ready.wait()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    def end(self) -> None:
        """Closes the socket, then the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._loop.run_forever()

    async def _open(self) -> None:
        self._server = await serve(self._talk, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None)
        self._ready.set()

    async def _talk(self, socket: ServerConnection) -> None:
        async for frame in socket:
            message = msgpack.unpackb(frame)
            if message["type"] == "start":
                await socket.send(pack(Accepted(ref=message["ref"], run=RUN, session="s", epoch="e", seed=7, position=0)))
                await self._send(socket)
            elif message["type"] == "ask":
                error = {"code": "no_worker", "message": "", "field": None, "value": None, "bound": None}
                await socket.send(msgpack.packb({"type": "error", "ref": message["ref"], "run": RUN, "errors": [error]}))

    async def _send(self, socket: ServerConnection) -> None:
        begun = self._loop.time()
        for seq, event in enumerate(events(self._size), start=1):
            if isinstance(event, Token):
                await asyncio.sleep(max(0.0, begun + event.step / self._size.per_second - self._loop.time()))
            await socket.send(encode(event, RUN, seq))
