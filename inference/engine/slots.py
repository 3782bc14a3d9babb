"""Which slot of the cache belongs to whom: the lowest free ones, and no gaps between them. Knows nothing of memory or tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from inference.engine.job import Job


class Mover(Protocol):
    def move(self, source: int, target: int, length: int) -> None: ...


def place(job: Job, others: Iterable[Job]) -> None:
    """Give ``job`` the lowest slots that none of ``others`` holds."""
    taken = {part.slot for other in others for part in other.parts}
    free = (slot for slot in range(len(taken) + job.slots_needed) if slot not in taken)
    for part, slot in zip(job.parts, free, strict=False):
        part.slot = slot


def close_gaps(jobs: Iterable[Job], mover: Mover) -> None:
    """Move the highest slots into the gaps that jobs have left, so that decoding rows lie side by side."""
    parts = [part for job in jobs for part in job.parts]
    free = sorted(set(range(len(parts))) - {part.slot for part in parts})
    for part, slot in zip(sorted(parts, key=lambda part: -part.slot), free, strict=False):
        mover.move(part.slot, slot, part.past)
        part.slot = slot
