"""The event log of production mode: Redis Streams. Torch-free; knows nothing of Django or Celery.

Sequence numbers are explicit stream ids, and each change is one script (``scripts.py``), so a repeated append is recognised and a
replaced lease holder is refused whatever the network does. Calls are therefore repeated freely while the server is away.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import astuple
from typing import Any, NoReturn, cast

from redis import BlockingConnectionPool, Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from inference.eventlog import scripts
from inference.eventlog.protocol import (
    FIRST_PATIENCE_SECONDS,
    TTL_SECONDS,
    Admission,
    Control,
    Entry,
    Head,
    Lapsed,
    Lease,
    MissingEvents,
    NoRoom,
    StaleLease,
    UnknownRun,
    counted,
)
from inference.eventlog.protocol import LogUnavailable as Unavailable
from inference.eventlog.redis_tail import RedisTail
from inference.eventlog.redis_wire import AWAY, hash_key, stream_key, to_entries, to_head

PREFIX = "logitscope:"
LIFE_SECONDS = 24 * 3600  # of an unfinished run whose keys nobody touches; supervisors end it long before
RETRY_SECONDS = 0.25
CONNECTIONS = 64


class RedisLog:
    """``EventLog`` over one Redis server."""

    def __init__(
        self, url: str, *, patience_seconds: float = 5.0, ttl_seconds: float = TTL_SECONDS, prefix: str = PREFIX
    ) -> None:
        self._url = url
        self._prefix = prefix
        self._ttl_ms = round(ttl_seconds * 1000)
        self._redis = Redis(connection_pool=_pool(url, patience_seconds))
        self._scripts: dict[str, Callable[..., Any]] = {}

    def create(self, run: str, meta: bytes, queue: str, person: str, admission: Admission | None = None) -> str:
        names = "\n".join(counted(person, admission))
        bounds = [each for share in admission.shares for each in astuple(share)] if admission else []
        most_queue = admission.queue if admission else ""
        patience = round(FIRST_PATIENCE_SECONDS * 1000)
        said, value, name = self._call(
            scripts.CREATE, run, secrets.token_hex(8), meta, queue, names, patience, LIFE_SECONDS * 1000, most_queue, *bounds
        )
        if said != b"ok":
            raise NoRoom(said.decode(), value, name.decode())
        return cast(bytes, value).decode()

    def head(self, run: str) -> Head | None:
        return to_head(self._call(scripts.HEAD, run))

    def meta(self, run: str) -> bytes | None:
        return cast(bytes | None, self._try(lambda: self._redis.hget(hash_key(self._prefix, run), "meta")))

    def read(self, run: str, after: int = 0, limit: int = 256) -> list[Entry]:
        key = stream_key(self._prefix, run)
        return to_entries(self._try(lambda: self._redis.xrange(key, min=f"({after}-0", count=limit)))

    def claim(self, run: str, owner: str, ttl_seconds: float) -> Lease | None:
        token = cast(int, self._call(scripts.CLAIM, run, owner, round(ttl_seconds * 1000), LIFE_SECONDS * 1000))
        return Lease(run, owner, token, ttl_seconds) if token >= 0 else None

    def renew(self, lease: Lease) -> None:
        state = self._call(scripts.RENEW, lease.run, lease.token, round(lease.ttl_seconds * 1000))
        if state != b"ok":
            _refuse(lease, state, 0)

    def release(self, lease: Lease) -> None:
        self._call(scripts.RELEASE, lease.run, lease.token)

    def append(self, lease: Lease, seq: int, data: bytes, *, final: bool = False) -> None:
        ttl = round(lease.ttl_seconds * 1000)
        state, last = self._call(scripts.APPEND, lease.run, lease.token, ttl, seq, data, int(final), self._ttl_ms)
        if state != b"ok":
            _refuse(lease, state, last)

    def restart(self, lease: Lease) -> str:
        epoch = secrets.token_hex(8)
        state = self._call(scripts.RESTART, lease.run, lease.token, epoch)
        if state != b"ok":
            _refuse(lease, state, 0)
        return epoch

    def request_cancel(self, run: str) -> None:
        self._call(scripts.SET_UNFINISHED, run, "cancelled", "1")

    def set_watch(self, run: str, watch: bytes) -> None:
        self._call(scripts.SET_UNFINISHED, run, "watch", watch)

    def control(self, runs: Sequence[str]) -> list[Control]:
        def ask() -> list[list[bytes | None]]:
            pipe = self._redis.pipeline(transaction=False)
            for run in runs:
                pipe.hmget(hash_key(self._prefix, run), ["cancelled", "watch"])
            return cast(list[list[bytes | None]], pipe.execute())

        return [Control(cancelled == b"1", watch) for cancelled, watch in self._try(ask)]

    def take_lapsed(self, patience_seconds: float, limit: int = 64) -> list[Lapsed]:
        taken = self._call(scripts.TAKE_LAPSED, round(patience_seconds * 1000), limit)
        return [Lapsed(run.decode(), queue.decode(), claims, tries) for run, queue, claims, tries in taken]

    def waiting(self) -> int:
        return cast(int, self._call(scripts.WAITING))

    def active(self, name: str) -> int:
        return cast(int, self._try(lambda: self._redis.scard(f"{self._prefix}active:{name}")))

    def post(self, box: str, data: bytes, ttl_seconds: float) -> None:
        self._call(scripts.POST, box, data, round(ttl_seconds * 1000))

    def permit(self, bucket: str, rate: float, burst: float) -> bool:
        return bool(self._call(scripts.PERMIT, bucket, repr(rate), repr(burst)))

    def beat(self, worker: str, ttl_seconds: float) -> None:
        self._call(scripts.BEAT, worker, round(ttl_seconds * 1000))

    def workers(self) -> list[str]:
        return sorted(worker.decode() for worker in self._call(scripts.WORKERS))

    def tail(self) -> RedisTail:
        return RedisTail(self._url, self._prefix)

    def close(self) -> None:
        self._redis.close()
        self._redis.connection_pool.disconnect()

    def _call(self, source: str, *args: str | bytes | int) -> Any:
        script = self._scripts.get(source) or self._scripts.setdefault(source, self._redis.register_script(source))
        return self._try(lambda: script(keys=[self._prefix], args=list(args)))

    def _try(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except AWAY as error:
            raise Unavailable(f"the event log does not answer: {error}") from error


def _pool(url: str, patience_seconds: float) -> BlockingConnectionPool:
    """Connections that repeat a call for about ``patience_seconds``; a bounded number, for which callers wait."""
    retry = Retry(ExponentialBackoff(cap=RETRY_SECONDS, base=0.02), max(1, round(patience_seconds / RETRY_SECONDS)))
    options = {"socket_timeout": 5, "socket_connect_timeout": 2, "retry": retry, "retry_on_error": list(AWAY)}
    return BlockingConnectionPool.from_url(url, protocol=2, max_connections=CONNECTIONS, timeout=20, **options)


def _refuse(lease: Lease, state: bytes, last: int) -> NoReturn:
    if state == b"unknown":
        raise UnknownRun(lease.run)
    if state == b"missing":
        raise MissingEvents(last)
    raise StaleLease(lease.run)
