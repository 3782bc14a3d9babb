"""The shared reader over Redis Streams: one ``XREAD`` for all runs that somebody watches. Knows nothing of sockets.

A blocked ``XREAD`` cannot be told of another stream, so it also waits on a private wake stream, which ``follow`` writes to. Reads
of history take connections from a small pool of their own and wait for one rather than open more.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Sequence
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff

from inference.eventlog import scripts
from inference.eventlog.protocol import Entry, Head, LogUnavailable, News
from inference.eventlog.redis_wire import AWAY, StreamItem, stream_key, to_entries, to_head

BLOCK_MS = 5000
BATCH = 64  # entries of one run in one answer
CONNECTIONS = 16
RECONNECT_SECONDS = 0.1
WAKE_LIFE_SECONDS = 3600


class RedisTail:
    """``Tail`` over one Redis server."""

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        self._wake = f"{prefix}wake:{secrets.token_hex(8)}"
        self._restarts = f"{prefix}restarts"
        self._cursors: dict[str, int] = {}
        self._signals: dict[str, str] = {self._wake: "0-0", self._restarts: "$"}
        self._rings: set[asyncio.Task[None]] = set()
        self._connected = False
        # redis-py's default timeout would cut a blocked read off
        self._blocked = Redis.from_url(url, protocol=2, socket_timeout=None, socket_connect_timeout=2, retry=Retry(ConstantBackoff(0), 0))
        self._redis = Redis.from_pool(
            BlockingConnectionPool.from_url(url, protocol=2, max_connections=CONNECTIONS, timeout=20, socket_timeout=5, socket_connect_timeout=2)
        )
        self._head = self._redis.register_script(scripts.HEAD)

    async def head(self, run: str) -> Head | None:
        return to_head(await _answer(self._head(keys=[self._prefix], args=[run])))

    async def read(self, run: str, after: int, limit: int) -> list[Entry]:
        return to_entries(await _answer(self._redis.xrange(stream_key(self._prefix, run), min=f"({after}-0", count=limit)))

    def follow(self, run: str, after: int) -> None:
        self._cursors[run] = after
        ring = asyncio.get_running_loop().create_task(self._ring())
        self._rings.add(ring)
        ring.add_done_callback(self._rings.discard)

    def forget(self, run: str) -> None:
        self._cursors.pop(run, None)

    async def next(self) -> list[News]:
        while True:
            try:
                if not self._connected:
                    return await self._reconnect()
                if news := self._sorted_out(await self._read_all()):
                    return news
            except (*AWAY, OSError):
                self._connected = False
                await asyncio.sleep(RECONNECT_SECONDS)

    async def close(self) -> None:
        for ring in tuple(self._rings):
            ring.cancel()
        await self._blocked.aclose()
        await self._redis.aclose()

    async def _ring(self) -> None:
        try:
            await self._redis.xadd(self._wake, {"x": "1"}, maxlen=1, approximate=False)
            await self._redis.expire(self._wake, WAKE_LIFE_SECONDS)
        except AWAY:
            pass  # the blocked read has lost its connection too, and asks for everything when it is back

    async def _reconnect(self) -> list[News]:
        """After a loss every history may be another one, and a restart may have gone unseen."""
        await cast(Awaitable[Any], self._blocked.ping())
        last = cast(list[StreamItem], await self._blocked.xrevrange(self._restarts, count=1))
        self._signals[self._restarts] = last[0][0].decode() if last else "0-0"
        self._connected = True
        return [News(run, []) for run in self._cursors]

    async def _read_all(self) -> Sequence[tuple[bytes, list[StreamItem]]]:
        streams: dict[Any, Any] = {**self._signals, **{stream_key(self._prefix, run): f"{seq}-0" for run, seq in self._cursors.items()}}
        found = await self._blocked.xread(streams, block=BLOCK_MS, count=BATCH)
        return cast(Sequence[tuple[bytes, list[StreamItem]]], found or ())

    def _sorted_out(self, found: Sequence[tuple[bytes, list[StreamItem]]]) -> list[News]:
        news = []
        for key, items in found:
            name = key.decode()
            if name in self._signals:
                self._signals[name] = items[-1][0].decode()
                news += self._restarted(items) if name == self._restarts else []
            elif (run := name.removeprefix(f"{self._prefix}run:").removesuffix(":events")) in self._cursors:
                entries = to_entries(items)
                self._cursors[run] = entries[-1].seq
                news.append(News(run, entries))
        return news

    def _restarted(self, items: Sequence[StreamItem]) -> list[News]:
        runs = [run for _, fields in items if (run := fields[b"run"].decode()) in self._cursors]
        for run in runs:
            self._cursors[run] = 0
        return [News(run, []) for run in runs]


async def _answer(call: Any) -> Any:
    try:
        return await call
    except AWAY as error:
        raise LogUnavailable(f"the event log does not answer: {error}") from error
