"""Which tokens the next step feeds: one of every sequence that decodes and is due, filled up with prompt tokens. Knows nothing of memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inference.engine.batch import Chunk
from inference.engine.job import Job

Planned = list[tuple[Job, Chunk]]


def plan(
    active: Sequence[Job], budget: Callable[[int], int], moment: float, begin: Callable[[Job], bool], fixed: int | None = None
) -> Planned:
    """The chunks of the next step: those of decoding jobs first, then prompts, each in order of admission as ``active`` is.

    Decoding jobs always go on, at their own pace; of prompts at most ``budget(rows that decode)`` tokens are fed, the earliest job first,
    so that a long prompt does not freeze the others. ``begin`` is asked before a job feeds its first tokens, and may put it off. Where
    chunks are ``fixed``, the budget counts only in that it has to be left.
    """
    due = [job for job in active if job.due <= moment]
    planned = [(job, chunk) for job in due if job.decoding for chunk in job.chunks(1)]
    if waiting := [job for job in due if not job.decoding]:
        left = budget(len(planned))
        for job in waiting:
            job.begun = job.begun or (left > 0 and begin(job))
            chunks = job.chunks(fixed or left) if job.begun and left > 0 else []
            left -= sum(len(chunk.ids) for chunk in chunks)
            planned += [(job, chunk) for chunk in chunks]
    return planned


def prompt_tokens(planned: Planned) -> int:
    """How many of the tokens belong to prompts."""
    return sum(len(chunk.ids) for job, chunk in planned if not job.decoding)
