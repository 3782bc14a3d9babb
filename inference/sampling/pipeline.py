"""Runs the stages of a batch in order. Knows neither which stages there are nor what the outcome is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from inference.sampling.scores import Scores
from inference.sampling.stage import Stage
from inference.sampling.state import Rows


class Step(NamedTuple):
    """The scores after ``stage``; the raw logits where that is None."""

    stage: Stage | None
    scores: Scores


def walk(scores: Scores, rows: Rows, order: Sequence[Stage]) -> Iterator[Step]:
    """The raw scores, then those after each stage of ``order`` that is active in at least one row."""
    yield Step(None, scores)
    for stage in order:
        if stage.name in rows.active:
            scores = stage.apply(scores, rows)
            yield Step(stage, scores)
