"""The stage that raises or lowers tokens that somebody named: ``logit_bias``."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage, cells
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class LogitBias(Stage):
    """z'[i] = z[i] + bias[i]. Neutral: no entries. Source: OpenAI's API, vLLM ``LogitBiasLogitsProcessor``."""

    name: ClassVar[StageName] = "logit_bias"
    reorders = True
    removes = False
    looks_back = False
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return any(params.logit_bias.values())

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {str(token): bias for token, bias in params.logit_bias.items()}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        named = cells([row.bias_ids for row in rows])
        bias = np.fromiter((value for row in rows for value in row.params.logit_bias.values()), np.float64, len(named.ids))
        return scores.edit(named, scores.at(named) + bias)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"tokens": len(row.bias_ids)}
