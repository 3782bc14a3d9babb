"""Classifier-free guidance: away from what the model says after another prompt. Knows nothing of that prompt."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class Guidance(Stage):
    """ln p' = ln p- + s x (ln p - ln p-), not normalised again; p- is the distribution after the negative prompt. Neutral: s = 1.

    Source: Sanchez et al. 2023, "Stay on topic with Classifier-Free Guidance"; transformers ``UnbatchedClassifierFreeGuidanceLogitsProcessor``.
    """

    name: ClassVar[StageName] = "guidance"
    reorders = True
    removes = False
    edits = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.guidance_scale != 1.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"guidance_scale": params.guidance_scale}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        dense = scores.spread
        guided = dense.field.written()
        for at, row in enumerate(rows):
            if self.name in row.active:
                guided[at] = _guided(guided[at], row)
        return dense.replaced(guided)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return self.settings(row.params)


def _guided(scores: Floats, row: RowState) -> Floats:
    """(V,) A token that neither prompt allows stays impossible."""
    assert row.negative is not None, "guidance needs the logits after the negative prompt"
    ours, against = _log_softmax(scores), _log_softmax(row.negative)
    guided: Floats = against + row.params.guidance_scale * (ours - against)
    return np.where(np.isnan(guided), -np.inf, guided)


def _log_softmax(scores: Floats) -> Floats:
    shifted: Floats = scores - scores.max()
    total: Floats = np.log(np.exp(shifted).sum())
    return shifted - total
