"""Which models a worker has in memory, as it says with every beat. Torch-free; knows nothing of how models are loaded.

A worker leaves it in a box of the event log, from which it is gone soon after the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import msgpack

from inference.eventlog.protocol import EventLog


@dataclass(frozen=True, slots=True)
class InMemory:
    """A model. ``fraction`` of it is loaded; ``bytes`` are its weights and caches, or what they are expected to be."""

    name: str
    fraction: float
    bytes: int
    busy: bool


def tell(log: EventLog, worker: str, models: Sequence[InMemory], ttl_seconds: float) -> None:
    log.post(_box(worker), msgpack.packb([asdict(model) for model in models]), ttl_seconds)


def told(log: EventLog, worker: str) -> list[InMemory]:
    """Empty for a worker that has said nothing."""
    entries = log.read(_box(worker))
    return [InMemory(**model) for model in msgpack.unpackb(entries[-1].data)] if entries else []


def _box(worker: str) -> str:
    return f"memory:{worker}"
