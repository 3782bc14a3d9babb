"""Which tokens the next step feeds: one of every sequence that decodes and is due, filled up with prompt tokens. Knows nothing of memory."""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine.batch import Chunk
from inference.engine.job import Job

Planned = list[tuple[Job, Chunk]]


def plan(active: Sequence[Job], budget: int, moment: float) -> Planned:
    """The chunks of the next step, ``active`` being in order of admission.

    Decoding jobs always go on, at their own pace; of prompts at most ``budget`` tokens are fed, the earliest job first, so that a
    long prompt does not freeze the others.
    """
    planned: Planned = []
    for job in active:
        if job.due > moment:
            continue
        if job.decoding:
            planned += [(job, chunk) for chunk in job.chunks(1)]
        elif budget > 0:
            chunks = job.chunks(budget)
            budget -= sum(len(chunk.ids) for chunk in chunks)
            planned += [(job, chunk) for chunk in chunks]
    return planned
