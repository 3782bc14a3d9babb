"""Quadratic smoothing: bends the logits below the largest one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName

LOWEST = -1e300  # a bent score that would overflow: still finite, for nothing is removed here


class Smoothing(Stage):
    """z' = max + f x (-k d^2 + s d^3), d = z - max, k = (3 - c)/2, s = (c - 1)/2. Neutral: f = 0.

    Falls with d for every curve c from 1 to 3, so that no token overtakes another; two that were closer than a float64 can tell come
    out tied. Source: kalomaze; text-generation-webui ``QuadraticSamplingLogitsWarper``, koboldcpp ``sample_entropy``.
    """

    name: ClassVar[StageName] = "smoothing"
    reorders = True  # among what comes out tied
    removes = False
    edits = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.smoothing_factor > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"smoothing_factor": params.smoothing_factor, "smoothing_curve": params.smoothing_curve}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        before = scores.spread
        z, on = before.field.scores, np.array(rows.on(self.name))[:, None]
        factor = rows.column("smoothing_factor", lambda params: params.smoothing_factor)[:, None]
        curve = rows.column("smoothing_curve", lambda params: params.smoothing_curve)[:, None]
        top = before.field.top[:, None]
        below = z - top
        bent = top + factor * (below * below) * ((curve - 1) / 2 * below - (3 - curve) / 2)
        return before.replaced(np.where(on & (z > -np.inf), np.maximum(bent, LOWEST), z))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {**self.settings(row.params), "max": float(before.top[at])}
