"""The line of jobs that wait: whoever was preempted first, then the owners in turn. Knows nothing of rows or memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator

from inference.engine.job import Job


class Waiting:
    """Round-robin between owners, first come, first served within one; jobs of nobody in particular are one owner's.

    So nobody starves: with P owners in line, a job that is its owner's k-th is taken within k * P turns, whoever comes later.
    """

    def __init__(self) -> None:
        self._returning: deque[Job] = deque()
        self._owners: OrderedDict[str | None, deque[Job]] = OrderedDict()  # in order of their turns

    def __len__(self) -> int:
        return len(self._returning) + sum(map(len, self._owners.values()))

    def __iter__(self) -> Iterator[Job]:
        yield from self._returning
        for jobs in self._owners.values():
            yield from jobs

    def add(self, job: Job) -> None:
        self._owners.setdefault(job.owner, deque()).append(job)

    def put_back(self, job: Job) -> None:
        """In front of all others: it had its turn."""
        self._returning.appendleft(job)

    def first(self) -> Job | None:
        """Whose turn it is."""
        return next(iter(self), None)

    def take(self) -> Job:
        """Take ``first`` out; its owner goes to the end of the line."""
        if self._returning:
            return self._returning.popleft()
        owner, jobs = next(iter(self._owners.items()))
        job = jobs.popleft()
        self._owners.move_to_end(owner)
        if not jobs:
            del self._owners[owner]
        return job

    def remove(self, job: Job) -> None:
        if job in self._returning:
            self._returning.remove(job)
            return
        jobs = self._owners[job.owner]
        jobs.remove(job)
        if not jobs:
            del self._owners[job.owner]

    def drain(self) -> list[Job]:
        """All that wait, and no longer do."""
        jobs = list(self)
        self._returning.clear()
        self._owners.clear()
        return jobs
