"""The thread that owns the model and runs all jobs in one batch, step by step. Knows nothing of events.

Jobs join (``admission``) and leave between steps; what a step feeds is planned in ``planning``. A step that fails is repeated job by
job, so that only the job at fault ends.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import torch

from inference.engine.admission import Admission
from inference.engine.aside import Aside, Work
from inference.engine.batch import Output, Runner
from inference.engine.budget import Budget
from inference.engine.drawing import draw, guard
from inference.engine.errors import RunError, failure
from inference.engine.job import Fed, Job
from inference.engine.meters import now
from inference.engine.planning import Planned, plan, prompt_tokens
from inference.engine.reuse import reuse_of
from inference.engine.room import Room
from inference.engine.slots import close_gaps, place


@dataclass(frozen=True, slots=True)
class Limits:
    rows: int  # jobs in the batch; the others wait their turn
    chunk_tokens: int  # prompt tokens a step
    threads: int  # of torch, on the CPU
    prefix_cache: bool = True


class Scheduler:
    """Give it jobs with ``add``; it ends each of them. ``close`` ends them all and the thread."""

    def __init__(self, runner: Runner, limits: Limits, device: torch.device) -> None:
        self._runner, self._limits, self._device = runner, limits, device
        self._inbox: queue.SimpleQueue[Job | Work[Any] | None] = queue.SimpleQueue()  # None only wakes
        self._room = Room(runner)
        self._admission = Admission(self._room, limits.rows)
        self._budget = Budget(limits.chunk_tokens)
        self._fixed = runner.fixed_chunk
        self.reuse = reuse_of(runner) if limits.prefix_cache else None
        self._aside = Aside(failure)
        self._active: list[Job] = []  # in order of admission
        self._freed = False  # a job has left since waiting jobs were last looked at
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="logitscope-engine", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def busy(self) -> bool:
        """Whether there is anything to do, or somebody waits for their turn."""
        return bool(self._active or len(self._admission) or self._aside or not self._inbox.empty())

    def add(self, job: Job | Work[Any]) -> None:
        self._inbox.put(job)
        if not self.alive:
            self._end_all()

    def wake(self) -> None:
        """Look at once whether a job was cancelled."""
        self._inbox.put(None)

    def close(self) -> None:
        self._closing = True
        self.wake()
        self._thread.join()

    def _run(self) -> None:
        torch.set_num_threads(self._limits.threads)  # for the process: of several engines the last one decides
        try:
            with torch.inference_mode():
                while not self._closing:
                    self._turn()
        finally:  # whatever happens, nobody waits for ever
            self._end_all()

    def _turn(self) -> None:
        self._listen()
        self._drop_cancelled()
        self._admit()
        self._make_room()
        self._feed()
        self._aside.turn()

    def _feed(self) -> None:
        before = now()
        planned = plan(self._active, self._budget.tokens, before, self._begin, self._fixed)
        if planned:
            rows = sum(job.decoding for job, _ in planned)
            tokens = prompt_tokens(planned)
            self._step(planned)
            self._budget.took(now() - before, rows, tokens)
            self._leave()

    def _begin(self, job: Job) -> bool:
        return self.reuse is None or self.reuse.begin(job, self._active)

    def _listen(self) -> None:
        """Take in new jobs; sleep where there is nothing to do until one comes, is cancelled or falls due."""
        self._take(block=not self._startable(), timeout=self._until_due())
        while not self._inbox.empty():
            self._take(block=False, timeout=None)

    def _startable(self) -> bool:
        if self._aside or (self._admission and self._freed):
            return True
        moment = now()
        return any(job.due <= moment for job in self._active)

    def _until_due(self) -> float | None:
        dues = [job.due for job in self._active]
        return max(0.0, min(dues) - now()) if dues else None

    def _take(self, block: bool, timeout: float | None) -> None:
        try:
            job = self._inbox.get(block, timeout)
        except queue.Empty:
            return
        if isinstance(job, Work):
            self._aside.add(job)
        elif job is not None:
            self._admission.add(job)

    def _drop_cancelled(self) -> None:
        self._admission.drop_cancelled()
        for job in self._active:
            if job.cancelled:
                job.cancel()
        self._leave()

    def _admit(self) -> None:
        self._freed = False
        while (job := self._admission.next(self._active)) is not None:
            place(job, self._active)
            if not job.taken_up:
                job.taken_up = True
                guard(job, job.take_up, self._end)
            if not job.over:
                self._active.append(job)

    def _make_room(self) -> None:
        """Preempt the jobs admitted last until the cache holds what the others feed in the next step."""
        while self._active and not self._room.suffices(self._active):
            job = self._active.pop()
            if self._active:
                self._let_go(job)
                job.preempt()
                self._admission.put_back(job)
            else:
                self._end(job, self._room.lacking_for(job))
            close_gaps(self._active, self._runner)

    def _step(self, planned: Planned) -> None:
        """Run ``planned``; where that fails, each of its jobs alone, and end those that fail alone as well."""
        try:
            before = now()
            output = self._runner.forward([chunk for _, chunk in planned])
            self._synchronise()
            forward_ms = (now() - before) * 1e3
        except Exception as error:  # whatever a model raises
            self._apart(planned, error)
        else:
            self._use(planned, output, forward_ms)

    def _apart(self, planned: Planned, error: Exception) -> None:
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        alone = [list(group) for _, group in groupby(planned, key=lambda one: one[0])]
        if len(alone) > 1:
            for one in alone:
                self._step(one)
        else:
            self._end(planned[0][0], failure(error))

    def _synchronise(self) -> None:
        """Without this the forward pass of a GPU would be counted as sampling."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)

    def _use(self, planned: Planned, output: Output, forward_ms: float) -> None:
        first, jobs = 0, []
        for job, group in groupby(enumerate(planned), key=lambda one: one[1][0]):
            fed = []
            for n, (_, chunk) in group:
                job.fed(chunk)
                fed.append(Fed(chunk, first, output.attention.get(n)))
                first += chunk.rows
            guard(job, partial(job.use, fed, output.logits, forward_ms), self._end)
            jobs.append(job)
        draw(jobs, output.logits, self._end)
        if self.reuse is not None:
            self.reuse.have_read(jobs)

    def _end(self, job: Job, error: RunError) -> None:
        """End ``job``; its slots may hold NaN, which masked attention of their next owner would meet."""
        for part in job.parts:
            self._runner.clear(part.slot)
        if self.reuse is not None:
            self.reuse.forget(job)
        job.fail(error)

    def _leave(self) -> None:
        """Take the jobs that are over out of the batch."""
        if any(job.over for job in self._active):
            self._freed = True
            for job in self._active:
                if job.over:
                    self._let_go(job)
            self._active = [job for job in self._active if not job.over]
            close_gaps(self._active, self._runner)

    def _let_go(self, job: Job) -> None:
        """What is in its slots may be of use to others."""
        if self.reuse is not None:
            self.reuse.leave(job)

    def _end_all(self) -> None:
        while not self._inbox.empty():
            self._take(block=False, timeout=None)
        for job in [*self._active, *self._admission.drain()]:
            job.fail(RunError("engine_closed", "The engine was closed."))
        self._aside.end(RunError("engine_closed", "The engine was closed."))
