"""What an event log is. Torch-free; knows nothing of Django, of sockets, or of what the logged bytes mean.

A run's log is a list of byte strings numbered from 1 without holes. One *lease holder* at a time appends to it; anybody reads it
from any position. The log also keeps who waits for a worker, whose lease has lapsed, what viewers ask of a running decode, and how often people may ask.
``memory.py`` and ``redis.py`` implement this; one test suite holds both to it.

``EventLog`` blocks and is safe to call from many threads. ``Tail`` is for one asyncio loop: the single reader that a web process
shares among all its sockets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

TTL_SECONDS = 3600.0  # a log lives so long after its run ended
FIRST_PATIENCE_SECONDS = 15.0  # a new run that no worker has claimed by then is enqueued again


class UnknownRun(LookupError):
    """No such run: never created, expired, or lost with the history of the server that held it."""


class StaleLease(RuntimeError):
    """Somebody else has claimed the run since, or it has ended; whoever sees this stops working on it."""


class MissingEvents(RuntimeError):
    """The log ends before ``seq - 1``: its server came back without the last appends. ``last_seq`` is where it ends now."""

    def __init__(self, last_seq: int) -> None:
        super().__init__(f"the log ends at {last_seq}")
        self.last_seq = last_seq


Bound = Literal["active", "waiting", "queue"]


class NoRoom(RuntimeError):
    """A new run does not fit in its ``Admission``: so many as ``count`` are there already by ``bound``, of the share ``name`` ("": of everybody)."""

    def __init__(self, bound: Bound, count: int, name: str = "") -> None:
        super().__init__(f"{bound}: {count} already of {name or 'everybody'}")
        self.bound, self.count, self.name = bound, count, name


class LogUnavailable(ConnectionError):
    """The server that holds the log did not answer within the client's patience."""


class Entry(NamedTuple):
    """One logged event. ``final`` marks the last one that a run will ever have."""

    seq: int
    data: bytes
    final: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to append. ``token`` grows with every claim, so that a holder who has been replaced is recognised."""

    run: str
    owner: str
    token: int
    ttl_seconds: float


@dataclass(frozen=True, slots=True)
class Head:
    """Where a run stands. ``position`` runs wait before it in its queue; ``None`` once a worker has claimed it."""

    epoch: str  # another one: the history is another one
    last_seq: int
    finished: bool
    position: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """Runs that are counted together under ``name``, a person's or those of several people, and how many there may be."""

    name: str
    active: int  # unfinished ones
    waiting: int  # of these, those that no worker has claimed yet


@dataclass(frozen=True, slots=True)
class Admission:
    """How many runs there may be, the new one included, counted in the moment in which it is created. It must fit in every share."""

    shares: tuple[Share, ...]
    queue: int  # unclaimed ones of everybody


def counted(person: str, admission: Admission | None) -> tuple[str, ...]:
    """For whom a run counts: the person, then the shares; each once."""
    shares = admission.shares if admission else ()
    return tuple(dict.fromkeys([person, *(share.name for share in shares)]))


@dataclass(frozen=True, slots=True)
class Control:
    """What viewers ask of a running decode. ``watch`` is the latest one set, as bytes."""

    cancelled: bool
    watch: bytes | None


@dataclass(frozen=True, slots=True)
class Lapsed:
    """An unfinished run that nobody holds. ``tries`` times it has been handed out since it was last held."""

    run: str
    queue: str
    claims: int
    tries: int


@dataclass(frozen=True, slots=True)
class News:
    """What a tail saw of one run, in order. No entries: look again, the connection was lost and the history may be another one."""

    run: str
    entries: list[Entry]


class EventLog(Protocol):
    """Many runs' logs. Every method may raise ``LogUnavailable``."""

    def create(self, run: str, meta: bytes, queue: str, person: str, admission: Admission | None = None) -> str:
        """Begin a log and return its epoch. A run that exists is left as it is. ``meta`` is all that a worker needs to decode it.

        It counts for ``person`` and, with ``admission``, for each of its shares until it ends. Then it begins only where it fits, exactly,
        however many are created at once; else ``NoRoom`` names the first share that it does not fit in.
        """

    def head(self, run: str) -> Head | None:
        """Where the run stands; ``None`` where there is none."""

    def meta(self, run: str) -> bytes | None:
        """What ``create`` was given."""

    def read(self, run: str, after: int = 0, limit: int = 256) -> list[Entry]:
        """At most ``limit`` entries with ``seq > after``, in order. An unknown run has none."""

    def claim(self, run: str, owner: str, ttl_seconds: float) -> Lease | None:
        """The lease, where nobody else holds one and the run is not finished. Claiming again as the same ``owner`` is harmless."""

    def renew(self, lease: Lease) -> None:
        """Hold on for another ``ttl_seconds``. Raises ``StaleLease`` or ``UnknownRun``."""

    def release(self, lease: Lease) -> None:
        """Give the run up at once, so that somebody else goes on. A stale lease is let go silently."""

    def append(self, lease: Lease, seq: int, data: bytes, *, final: bool = False) -> None:
        """Add the event, and renew the lease. A repeated append is recognised by ``seq`` and changes nothing.

        ``final`` ends the run: the lease is given up and the log expires ``TTL_SECONDS`` later.
        Raises ``StaleLease``, ``UnknownRun``, or ``MissingEvents`` where ``seq`` would leave a hole.
        """

    def restart(self, lease: Lease) -> str:
        """Drop all events and return the new epoch. For a holder who can no longer supply what a server has lost."""

    def request_cancel(self, run: str) -> None:
        """Ask the holder to end the run. A finished or unknown run is left as it is."""

    def set_watch(self, run: str, watch: bytes) -> None:
        """Tell the holder what viewers want to see from now on; the latest one counts."""

    def control(self, runs: Sequence[str]) -> list[Control]:
        """What viewers ask of each of ``runs``, in one round trip."""

    def take_lapsed(self, patience_seconds: float, limit: int = 64) -> list[Lapsed]:
        """Unfinished runs whose lease, or whose wait for a first claim, has run out.

        Each is handed to one caller only, and again after ``patience_seconds`` where nobody has claimed it by then.
        """

    def waiting(self) -> int:
        """Runs that no worker has claimed yet, in all queues."""

    def active(self, name: str) -> int:
        """Unfinished runs that count for ``name``: a person, or another share."""

    def post(self, box: str, data: bytes, ttl_seconds: float) -> None:
        """Leave an answer for whoever reads or follows ``box``, a name that nobody else uses: one final entry, kept for ``ttl_seconds``."""

    def permit(self, bucket: str, rate: float, burst: float) -> bool:
        """Whether ``bucket`` had a permit; then it has one less. It holds at most ``burst`` and gains ``rate`` a second."""

    def beat(self, worker: str, ttl_seconds: float) -> None:
        """A worker says that it is alive, for ``ttl_seconds``; 0 says goodbye."""

    def workers(self) -> list[str]:
        """The workers that are alive."""

    def tail(self) -> Tail:
        """A reader for the running asyncio loop."""

    def close(self) -> None:
        """Let go of connections and files."""


class Tail(Protocol):
    """Follows many runs with one reader. All methods belong to one asyncio loop."""

    async def head(self, run: str) -> Head | None:
        """As ``EventLog.head``."""

    async def read(self, run: str, after: int, limit: int) -> list[Entry]:
        """As ``EventLog.read``."""

    def follow(self, run: str, after: int) -> None:
        """From now on ``next`` also tells of this run's entries with ``seq > after``. Takes effect while ``next`` waits."""

    def forget(self, run: str) -> None:
        """The contrary of ``follow``."""

    async def next(self) -> list[News]:
        """Wait for anything new among the followed runs. Survives the loss of its connection."""

    async def close(self) -> None:
        """End the reader."""
