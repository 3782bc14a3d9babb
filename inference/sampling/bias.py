"""Stages that raise, lower or forbid tokens that somebody named: ``logit_bias`` and ``min_tokens``."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.scores import Cells, Listed, Scores
from inference.sampling.stage import Stage, cells
from inference.sampling.standing import Standing
from inference.sampling.state import NO_IDS, Rows, RowState
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


class MinTokens(Stage):
    """Removes what would end the run, EOS and stop ids, while fewer than ``min_tokens`` tokens are out. Neutral: 0.

    A row that has nothing else left keeps them, since a stage never removes everything. Source: transformers
    ``MinNewTokensLengthLogitsProcessor``, vLLM ``MinTokensLogitsProcessor``.
    """

    name: ClassVar[StageName] = "min_tokens"
    reorders = True
    removes = True
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return params.min_tokens > 0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"min_tokens": params.min_tokens}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        banned = cells([self._banned(row) for row in rows])
        if not len(banned.ids):
            return scores.spread  # as it would be if a neighbour had something banned
        after = scores.edit(banned, np.full(len(banned.ids), -np.inf))
        return _give_back(scores, after, banned, after.field.survivors == 0)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"min_tokens": row.params.min_tokens, "generated": row.generated}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities

    def _banned(self, row: RowState) -> Ints:
        return row.ending_ids if row.generated < row.params.min_tokens else NO_IDS


def _give_back(before: Scores, after: Scores, banned: Cells, empty: Bools) -> Scores:
    """Undo the ban in the rows that it left ``empty`` (B,)."""
    if not empty.any():
        return after
    undo = empty[banned.rows]
    spared = Cells(banned.rows[undo], banned.ids[undo])
    return after.edit(spared, before.at(spared))
