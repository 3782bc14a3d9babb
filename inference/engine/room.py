"""Whether the cache has room for a set of jobs: for all that they may need where it can be had, else for what they need now.

Knows nothing of whose turn it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine.batch import Runner
from inference.engine.errors import RunError
from inference.engine.job import Job

_AHEAD = 32  # positions beyond its tokens so far that a job must have when it joins, lest it be preempted at once


class Room:
    """Reserves memory of ``runner``. Jobs hold the lowest slots, without gaps."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def admits(self, job: Job, active: Sequence[Job]) -> bool:
        """Make room for ``job`` beside ``active``."""
        return self._reserve([*active, job], _AHEAD)

    def suffices(self, active: Sequence[Job]) -> bool:
        """Make room for what ``active`` feed in the next step."""
        return self._reserve(active, 0)

    def ever_admits(self, job: Job) -> bool:
        """Whether ``job`` can come to its end alone."""
        return self._runner.fits(job.most * job.slots_needed)

    def lacking_for(self, job: Job) -> RunError:
        """The error of a job that does not fit even alone."""
        tokens = job.most * job.slots_needed
        message = f"The cache of {tokens} tokens does not fit into the memory of this machine."
        return RunError("out_of_memory", message, "sampling.max_tokens", tokens * self._runner.bytes_per_token)

    def _reserve(self, jobs: Sequence[Job], ahead: int) -> bool:
        slots = sum(job.slots_needed for job in jobs)
        filled = max((part.past for job in jobs for part in job.parts), default=0)
        near = max(min(job.most, job.length + ahead) for job in jobs)
        return any(self._has(slots, length, filled) for length in (max(job.most for job in jobs), near))

    def _has(self, slots: int, length: int, filled: int) -> bool:
        try:
            return self._runner.reserve(slots, length, filled)
        except (RuntimeError, MemoryError):  # the machine has less than the limit says
            return False
