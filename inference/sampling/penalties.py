"""Stages that make tokens less likely because they have occurred: repetition, presence, frequency."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.scores import Cells, Listed, Scores
from inference.sampling.stage import NO_IDS, Rows, Stage, cells, column
from inference.spec import SamplingParams, StageName


class RepetitionPenalty(Stage):
    """z > 0: z / r; z <= 0: z x r, once for every token in the prompt or the output. Neutral: r = 1.

    Source: Keskar et al. 2019 (CTRL), as amended by transformers ``RepetitionPenaltyLogitsProcessor`` for negative logits.
    """

    name: ClassVar[StageName] = "repetition_penalty"
    reorders = True
    removes = False

    def active(self, params: SamplingParams) -> bool:
        return params.repetition_penalty != 1.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"repetition_penalty": params.repetition_penalty}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        seen = self._seen(rows)
        z, r = scores.at(seen), column(rows, "repetition_penalty")[seen.rows]
        return scores.edit(seen, np.where(z > 0, z / r, z * r))

    def numbers(self, before: Listed, rows: Rows) -> dict[str, Floats]:
        return {"repetition_penalty": column(rows, "repetition_penalty"), "tokens": _sizes(self._seen(rows), rows)}

    def _seen(self, rows: Rows) -> Cells:
        return cells([row.seen.ids if self.active(row.params) else NO_IDS for row in rows])


class PresencePenalty(Stage):
    """z' = z - a for every token in the output, however often. Neutral: a = 0. Source: OpenAI's API, vLLM ``apply_penalties``."""

    name: ClassVar[StageName] = "presence_penalty"
    reorders = True
    removes = False

    def active(self, params: SamplingParams) -> bool:
        return params.presence_penalty != 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"presence_penalty": params.presence_penalty}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        said = self._said(rows)
        return scores.edit(said, scores.at(said) - column(rows, "presence_penalty")[said.rows])

    def numbers(self, before: Listed, rows: Rows) -> dict[str, Floats]:
        return {"presence_penalty": column(rows, "presence_penalty"), "tokens": _sizes(self._said(rows), rows)}

    def _said(self, rows: Rows) -> Cells:
        return cells([row.output.ids if self.active(row.params) else NO_IDS for row in rows])


class FrequencyPenalty(Stage):
    """z' = z - a x count in the output. Neutral: a = 0. Source: OpenAI's API, vLLM ``apply_penalties``."""

    name: ClassVar[StageName] = "frequency_penalty"
    reorders = True
    removes = False

    def active(self, params: SamplingParams) -> bool:
        return params.frequency_penalty != 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"frequency_penalty": params.frequency_penalty}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        said = self._said(rows)
        return scores.edit(said, scores.at(said) - column(rows, "frequency_penalty")[said.rows] * self._counts(rows))

    def numbers(self, before: Listed, rows: Rows) -> dict[str, Floats]:
        return {"frequency_penalty": column(rows, "frequency_penalty"), "tokens": _sizes(self._said(rows), rows)}

    def _said(self, rows: Rows) -> Cells:
        return cells([row.output.ids if self.active(row.params) else NO_IDS for row in rows])

    def _counts(self, rows: Rows) -> Ints:
        """(M,) counts of the tokens of ``_said``."""
        return np.concatenate([row.output_counts if self.active(row.params) else NO_IDS for row in rows])


def _sizes(touched: Cells, rows: Rows) -> Floats:
    """(B,) how many tokens each row touches."""
    return np.bincount(touched.rows, minlength=len(rows)).astype(np.float64)
