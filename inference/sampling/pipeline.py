"""Runs the stages of a batch in order. Knows neither which stages there are nor what the outcome is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from inference.sampling.scores import Dense, Scores
from inference.sampling.stage import Stage
from inference.sampling.state import Rows


class Step(NamedTuple):
    """The scores after ``stage``; the raw logits where that is None."""

    stage: Stage | None
    scores: Scores


def walk(scores: Scores, rows: Rows, order: Sequence[Stage], apart: bool = False) -> Iterator[Step]:
    """The raw scores, then those after each stage of ``order`` that is active in at least one row.

    ``apart``: each of these scores will be looked at, so that what goes over the whole vocabulary does so only for the rows that need it.
    """
    yield Step(None, scores)
    for stage in order:
        if stage.name in rows.active:
            scores = _apart(stage, scores, rows) if apart and isinstance(scores, Dense) and not stage.cuts else stage.apply(scores, rows)
            yield Step(stage, scores)


def _apart(stage: Stage, scores: Dense, rows: Rows) -> Scores:
    on = rows.on(stage.name)
    if all(on):
        return stage.apply(scores, rows)
    some = np.flatnonzero(on)
    after = stage.apply(scores.take(some), rows.take(some.tolist()))
    assert isinstance(after, Dense), "what does not cut leaves no list"
    return scores.mended(some, after)
