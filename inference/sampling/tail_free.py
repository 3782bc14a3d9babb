"""Tail-free sampling: cuts where the sorted probabilities stop bending."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName

FLAT = 1e-6  # a sum of curvatures that counts as none


class TailFree(Stage):
    """Keeps the tokens before the first at which the normalised |second difference| of the sorted probabilities adds up to more than z.

    Neutral: 1. Up to two survivors stay as they are. The only stage whose sum runs over all survivors in order, so that it sorts
    the whole vocabulary where nothing has cut before. Source: Phillips 2019; llama.cpp ``llama_sampler_tail_free_apply`` (up to 2024).
    """

    name: ClassVar[StageName] = "tfs_z"
    reorders = False
    removes = True
    looks_back = False
    whole = True

    def active(self, params: SamplingParams) -> bool:
        return params.tfs_z < 1.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"tfs_z": params.tfs_z}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed, on = scores.listed, rows.on(self.name)
        count = np.array([self._count(listed, at, row) if active else 1 for at, (row, active) in enumerate(zip(rows, on, strict=True))])
        short = [active and rest for active, rest in zip(on, listed.rest, strict=True)]
        return listed.keep(count, on, rows.at_least).shorten(short)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"tfs_z": row.params.tfs_z, "kept": self._count(before, at, row)}

    def reason(self, standing: Standing) -> Floats:
        return standing.ranks

    def _count(self, listed: Listed, at: int, row: RowState) -> int:
        survivors, least = listed.count[at], row.params.min_keep
        if survivors <= 2:
            return survivors
        bend = np.abs(np.diff(listed.ranking.weights[at, :survivors], n=2)) / float(listed.total[at])
        total = float(bend.sum())
        share = bend / total if total > FLAT else np.full(len(bend), 1.0 / len(bend))
        beyond = np.flatnonzero(share.cumsum()[least:] > row.params.tfs_z)
        return least + int(beyond[0]) if len(beyond) else survivors
