"""What a ``MemoryLog`` knows of one run beside its entries, and how a journal file brings it back. Knows nothing of threads."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

from inference.eventlog.store import FileStore, Store

NEVER = float("inf")


@dataclass(slots=True)
class RunState:
    """One run, as its log knows it now. Times are monotonic seconds."""

    run: str
    epoch: str
    meta: bytes
    queue: str
    counts_for: tuple[str, ...]  # the person, and the other shares of its admission
    ticket: int  # place in the order of creation
    store: Store
    due: float  # when a supervisor looks at it, monotonic seconds; NEVER once finished
    token: int = 0
    owner: str = ""
    until: float = 0.0
    tries: int = 0
    cancelled: bool = False
    watch: bytes | None = None
    expires: float = NEVER

    @property
    def finished(self) -> bool:
        return self.expires != NEVER


@dataclass(slots=True)
class WaitingRuns:
    """Tickets of the runs that no worker has claimed, ascending."""

    tickets: list[int] = field(default_factory=list)

    def position(self, ticket: int) -> int | None:
        at = bisect_left(self.tickets, ticket)
        return at if at < len(self.tickets) and self.tickets[at] == ticket else None

    def leave(self, ticket: int) -> None:
        if (at := self.position(ticket)) is not None:
            del self.tickets[at]


def load(path: Path, ttl_seconds: float) -> RunState | None:
    """The run in a journal file; ``None``, and the file gone, where it has expired or does not even say which run it is."""
    stat = path.stat()
    store = FileStore(path)
    state: RunState | None = None
    left = stat.st_mtime + ttl_seconds - time.time()
    for record in store.records() if left > 0 else ():
        match record:
            case ["run", run, epoch, meta, queue, *counts_for]:
                state = RunState(run, epoch, meta, queue, tuple(counts_for), stat.st_ctime_ns, store, due=0.0)
            case ["entry", _, _, final] if state and final:
                state.due, state.expires = NEVER, time.monotonic() + left
            case ["clear", epoch] if state:
                state.epoch = epoch
            case ["cancel"] if state:
                state.cancelled = True
            case ["watch", watch] if state:
                state.watch = watch
    if state is None:
        store.drop()
    return state
