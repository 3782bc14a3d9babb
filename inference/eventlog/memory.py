"""The event log of embedded mode: in this process, with an optional journal folder that survives it.

Torch-free; knows nothing of Django or Celery. With a journal, ``kill -9`` loses no entry: opening the folder again brings back
finished and unfinished runs, the unfinished ones lapsed, so that a supervisor hands them out.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from inference.eventlog.buckets import NamedBuckets
from inference.eventlog.memory_runs import NEVER, RunState, WaitingRuns, load
from inference.eventlog.memory_tail import MemoryTail
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
from inference.eventlog.store import FileStore, ListStore, Store

LIMIT_BYTES = 256 * 1024 * 1024  # of entries in memory; ended runs leave early beyond it, the oldest first


class MemoryLog:
    """``EventLog`` for threads of one process."""

    def __init__(self, journal: Path | None = None, *, ttl_seconds: float = TTL_SECONDS, limit_bytes: int = LIMIT_BYTES) -> None:
        self._journal = journal
        self._ttl = ttl_seconds
        self._limit = limit_bytes
        self._lock = threading.RLock()
        self._runs: dict[str, RunState] = {}
        self._queues: dict[str, WaitingRuns] = {}
        self._workers: dict[str, float] = {}
        self._tails: list[MemoryTail] = []
        self._tickets = 0
        self._permits = NamedBuckets()
        if journal is not None:
            journal.mkdir(parents=True, exist_ok=True)
            self._reload(journal)

    def create(self, run: str, meta: bytes, queue: str, person: str, admission: Admission | None = None) -> str:
        with self._lock:
            self._expire()
            if run not in self._runs:
                if admission:
                    self._admit(admission)
                counts_for = counted(person, admission)
                store = self._new_store(run)
                epoch = secrets.token_hex(8)
                store.note("run", run, epoch, meta, queue, *counts_for)
                self._enter(RunState(run, epoch, meta, queue, counts_for, 0, store, time.monotonic() + FIRST_PATIENCE_SECONDS))
            return self._runs[run].epoch

    def head(self, run: str) -> Head | None:
        with self._lock:
            state = self._known(run)
            if state is None:
                return None
            return Head(state.epoch, len(state.store), state.finished, self._queue(state).position(state.ticket))

    def meta(self, run: str) -> bytes | None:
        with self._lock:
            state = self._known(run)
            return state.meta if state else None

    def read(self, run: str, after: int = 0, limit: int = 256) -> list[Entry]:
        with self._lock:
            state = self._known(run)
            return state.store.slice(after, limit) if state else []

    def claim(self, run: str, owner: str, ttl_seconds: float) -> Lease | None:
        with self._lock:
            state = self._known(run)
            if state is None or state.finished or (state.until > time.monotonic() and state.owner != owner):
                return None
            if state.until <= time.monotonic():
                state.token += 1
            state.owner, state.tries = owner, 0
            self._queue(state).leave(state.ticket)
            lease = Lease(run, owner, state.token, ttl_seconds)
            self._extend(state, lease)
            return lease

    def renew(self, lease: Lease) -> None:
        with self._lock:
            self._extend(self._held(lease), lease)

    def release(self, lease: Lease) -> None:
        with self._lock:
            state = self._runs.get(lease.run)
            if state and state.token == lease.token and not state.finished:
                state.until = state.due = 0.0

    def append(self, lease: Lease, seq: int, data: bytes, *, final: bool = False) -> None:
        with self._lock:
            state = self._runs.get(lease.run)
            if state and state.finished and state.token == lease.token and seq <= len(state.store):
                return  # the answer to the last append was lost, and it is repeated
            state = self._held(lease)
            last = len(state.store)
            if seq > last + 1:
                raise MissingEvents(last)
            self._extend(state, lease)
            if seq == last + 1:
                state.store.append(Entry(seq, data, final))
                if final:
                    self._finish(state, time.monotonic() + self._ttl)
                for tail in self._tails:
                    tail.touch(lease.run)

    def restart(self, lease: Lease) -> str:
        with self._lock:
            state = self._held(lease)
            state.epoch = secrets.token_hex(8)
            state.store.clear(state.epoch)
            for tail in self._tails:
                tail.doubt(lease.run)
            return state.epoch

    def request_cancel(self, run: str) -> None:
        with self._lock:
            state = self._known(run)
            if state and not state.finished and not state.cancelled:
                state.cancelled = True
                state.store.note("cancel")

    def set_watch(self, run: str, watch: bytes) -> None:
        with self._lock:
            state = self._known(run)
            if state and not state.finished:
                state.watch = watch
                state.store.note("watch", watch)

    def control(self, runs: Sequence[str]) -> list[Control]:
        with self._lock:
            found = [self._known(run) for run in runs]
            return [Control(state.cancelled, state.watch) if state else Control(False, None) for state in found]

    def take_lapsed(self, patience_seconds: float, limit: int = 64) -> list[Lapsed]:
        with self._lock:
            now = time.monotonic()
            due = sorted((state for state in self._runs.values() if state.due <= now), key=lambda state: state.due)[:limit]
            lapsed = [Lapsed(state.run, state.queue, state.token, state.tries) for state in due]
            for state in due:
                state.due = now + patience_seconds
                state.tries += 1
            return lapsed

    def waiting(self) -> int:
        with self._lock:
            return sum(len(queue.tickets) for queue in self._queues.values())

    def active(self, name: str) -> int:
        with self._lock:
            return len(self._going(name))

    def post(self, box: str, data: bytes, ttl_seconds: float) -> None:
        with self._lock:
            self._expire()
            store = ListStore()  # an answer is asked for again rather than kept in a journal
            store.append(Entry(1, data, True))
            self._runs[box] = RunState(box, "", b"", "", (), 0, store, NEVER, expires=time.monotonic() + ttl_seconds)
            for tail in self._tails:
                tail.touch(box)

    def permit(self, bucket: str, rate: float, burst: float) -> bool:
        with self._lock:
            return self._permits.take(bucket, rate, burst)

    def beat(self, worker: str, ttl_seconds: float) -> None:
        with self._lock:
            self._workers[worker] = time.monotonic() + ttl_seconds

    def workers(self) -> list[str]:
        with self._lock:
            now = time.monotonic()
            self._workers = {worker: until for worker, until in self._workers.items() if until > now}
            return sorted(self._workers)

    def tail(self) -> MemoryTail:
        tail = MemoryTail(self)
        with self._lock:
            self._tails.append(tail)
        return tail

    def untail(self, tail: MemoryTail) -> None:
        """``tail`` has been closed."""
        with self._lock:
            self._tails = [other for other in self._tails if other is not tail]

    def close(self) -> None:
        with self._lock:
            for state in self._runs.values():
                state.store.close()

    def _admit(self, admission: Admission) -> None:
        """Raises ``NoRoom``."""
        for share in admission.shares:
            going = self._going(share.name)
            waiting = sum(self._queue(state).position(state.ticket) is not None for state in going)
            if len(going) >= share.active:
                raise NoRoom("active", len(going), share.name)
            if waiting >= share.waiting:
                raise NoRoom("waiting", waiting, share.name)
        if (queued := self.waiting()) >= admission.queue:
            raise NoRoom("queue", queued)

    def _going(self, name: str) -> list[RunState]:
        return [state for state in self._runs.values() if name in state.counts_for and not state.finished]

    def _known(self, run: str) -> RunState | None:
        state = self._runs.get(run)
        return state if state and state.expires > time.monotonic() else None

    def _held(self, lease: Lease) -> RunState:
        state = self._runs.get(lease.run)
        if state is None:
            raise UnknownRun(lease.run)
        if state.token != lease.token or state.finished:
            raise StaleLease(lease.run)
        return state

    def _extend(self, state: RunState, lease: Lease) -> None:
        state.until = state.due = time.monotonic() + lease.ttl_seconds

    def _queue(self, state: RunState) -> WaitingRuns:
        return self._queues.setdefault(state.queue, WaitingRuns())

    def _enter(self, state: RunState) -> None:
        self._tickets += 1
        state.ticket = self._tickets
        self._runs[state.run] = state
        if not state.finished and not len(state.store):
            self._queue(state).tickets.append(state.ticket)

    def _finish(self, state: RunState, expires: float) -> None:
        self._queue(state).leave(state.ticket)
        state.due = NEVER
        state.expires = expires

    def _expire(self) -> None:
        """Let go of ended runs whose time is over, and of the oldest ended ones while the entries take too much memory."""
        now = time.monotonic()
        excess = sum(state.store.size for state in self._runs.values()) - self._limit
        for state in sorted((state for state in self._runs.values() if state.finished), key=lambda state: state.expires):
            if state.expires > now and excess <= 0:
                return
            excess -= state.store.size
            state.store.drop()
            del self._runs[state.run]

    def _new_store(self, run: str) -> Store:
        if self._journal is None:
            return ListStore()
        return FileStore(self._journal / f"{hashlib.sha256(run.encode()).hexdigest()[:32]}.run")

    def _reload(self, journal: Path) -> None:
        """Bring back what an earlier process of this folder knew, in the order in which the runs began."""
        loaded = [state for path in journal.glob("*.run") if (state := load(path, self._ttl)) is not None]
        for state in sorted(loaded, key=lambda state: state.ticket):
            self._enter(state)
