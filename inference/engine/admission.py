"""Which waiting job joins the batch next. Knows nothing of steps or tokens."""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine.errors import RunError
from inference.engine.job import Job
from inference.engine.room import Room
from inference.engine.waiting import Waiting


class Admission:
    """The jobs that wait. A job takes ``slots_needed`` rows of the batch, and as many slots of the cache."""

    def __init__(self, room: Room, rows: int) -> None:
        self._room, self._rows = room, rows
        self._waiting = Waiting()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: Job) -> None:
        self._waiting.add(job)

    def put_back(self, job: Job) -> None:
        """A job that was preempted: it comes back before any other joins."""
        self._waiting.put_back(job)

    def drop_cancelled(self) -> None:
        for job in [job for job in self._waiting if job.cancelled]:
            self._waiting.remove(job)
            job.cancel()

    def next(self, active: Sequence[Job]) -> Job | None:
        """The job that joins ``active`` now, its memory reserved. One that can never join ends here."""
        while (job := self._waiting.first()) is not None:
            if (error := self._never(job)) is not None:
                self._waiting.take().fail(error)
            elif self._rows_of(active) + job.slots_needed <= self._rows and self._room.admits(job, active):
                return self._waiting.take()
            elif active:
                return None
            else:
                self._waiting.take().fail(self._room.lacking_for(job))
        return None

    def _never(self, job: Job) -> RunError | None:
        """Why ``job`` could not join even an empty batch."""
        if job.slots_needed > self._rows:
            message = f"The run decodes {job.slots_needed} sequences at once; this engine takes at most {self._rows}."
            return RunError("too_many_rows", message, "sampling.n", job.slots_needed, self._rows)
        return None if self._room.ever_admits(job) else self._room.lacking_for(job)

    def _rows_of(self, jobs: Sequence[Job]) -> int:
        return sum(job.slots_needed for job in jobs)

    def drain(self) -> list[Job]:
        """All that wait, and no longer do."""
        return self._waiting.drain()
