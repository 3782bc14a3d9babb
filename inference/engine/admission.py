"""Which waiting job joins the batch next, and whether there is room for it. Knows nothing of steps or tokens."""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine.batch import Runner
from inference.engine.errors import RunError
from inference.engine.job import Job
from inference.engine.waiting import Waiting


class Admission:
    """The jobs that wait. A job takes ``slots_needed`` rows of the batch, and as many slots of the cache."""

    def __init__(self, runner: Runner, rows: int) -> None:
        self._runner, self._rows = runner, rows
        self._waiting = Waiting()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: Job) -> None:
        self._waiting.add(job)

    def drop_cancelled(self) -> None:
        for job in [job for job in self._waiting if job.cancelled]:
            self._waiting.remove(job)
            job.cancel()

    def next(self, active: Sequence[Job]) -> Job | None:
        """The job that joins ``active`` now, its memory reserved. One that can never join ends here."""
        while (job := self._waiting.first()) is not None:
            if _slots([*active, job]) > self._rows and active:
                return None
            if job.slots_needed > self._rows:
                job.fail(_too_many_rows(job, self._rows))
            elif self._room_for(job, active):
                return self._waiting.take()
            elif active and self._runner.fits(job.most * job.slots_needed):
                return None
            else:
                job.fail(_no_memory(job, self._runner))
            self._waiting.take()
        return None

    def _room_for(self, job: Job, active: Sequence[Job]) -> bool:
        length = max([job.most, *(other.most for other in active)])
        try:
            if self._runner.reserve(_slots([*active, job]), length):
                return True
            if active:
                return False
            self._runner.release()  # what earlier jobs needed has another shape
            return self._runner.reserve(job.slots_needed, length)
        except (RuntimeError, MemoryError):
            return False

    def drain(self) -> list[Job]:
        """All that wait, and no longer do."""
        return self._waiting.drain()


def _slots(jobs: Sequence[Job]) -> int:
    return sum(job.slots_needed for job in jobs)


def _too_many_rows(job: Job, rows: int) -> RunError:
    message = f"The run decodes {job.slots_needed} sequences at once; this engine takes at most {rows}."
    return RunError("too_many_rows", message, "sampling.n", job.slots_needed, rows)


def _no_memory(job: Job, runner: Runner) -> RunError:
    tokens = job.most * job.slots_needed
    message = f"The cache of {tokens} tokens does not fit into the memory of this machine."
    return RunError("out_of_memory", message, "sampling.max_tokens", tokens * runner.bytes_per_token)
