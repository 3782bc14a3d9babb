"""XTC, exclude top choices: now and then removes the obvious tokens, so that a good but less usual one is taken."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class Xtc(Stage):
    """With a probability, removes all tokens with p >= threshold but the least likely of them. Neutral: probability 0.

    Does nothing where fewer than ``min_keep`` tokens would be left. Its number is drawn from a counter of its own, so that it neither
    depends on the dice nor moves them. Source: p-e-w 2024 (text-generation-webui #6335); llama.cpp ``llama_sample_xtc_apply``.
    """

    name: ClassVar[StageName] = "xtc"
    reorders = True
    removes = True

    def active(self, params: SamplingParams) -> bool:
        return params.xtc_probability > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"xtc_probability": params.xtc_probability, "xtc_threshold": params.xtc_threshold}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed, on = scores.listed, rows.on(self.name)
        above = [self._above(listed, at, row) if active else 0 for at, (row, active) in enumerate(zip(rows, on, strict=True))]
        short = [rest and count == listed for rest, count, listed in zip(listed.rest, above, listed.count, strict=True)]
        gone = [self._gone(listed, at, row, count) for at, (row, count) in enumerate(zip(rows, above, strict=True))]
        return listed.drop(np.arange(listed.ranking.ids.shape[1]) < np.array(gone)[:, None]).shorten(short)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        acts = row.toss <= row.params.xtc_probability
        return {"xtc_probability": row.params.xtc_probability, "xtc_threshold": row.params.xtc_threshold, "u": row.toss, "acts": float(acts)}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities

    def _above(self, listed: Listed, at: int, row: RowState) -> int:
        """How many tokens are likely enough to be removed; none where the draw says no."""
        if row.toss > row.params.xtc_probability:
            return 0
        bound = row.params.xtc_threshold * float(listed.total[at])
        return int((listed.ranking.weights[at, : listed.count[at]] >= bound).sum())

    def _gone(self, listed: Listed, at: int, row: RowState, above: int) -> int:
        """How many of the best tokens go."""
        survivors = listed.summary(at).survivors
        return above - 1 if above > 1 and survivors - (above - 1) >= row.params.min_keep else 0
