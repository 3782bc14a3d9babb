"""Stages that make tokens less likely because they have occurred: repetition, presence, frequency."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Ints
from inference.sampling.scores import Cells, Listed, Scores
from inference.sampling.stage import Stage, cells
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class RepetitionPenalty(Stage):
    """z > 0: z / r; z <= 0: z x r, once for every token in the prompt or the output. Neutral: r = 1.

    Source: Keskar et al. 2019 (CTRL), as amended by transformers ``RepetitionPenaltyLogitsProcessor`` for negative logits.
    """

    name: ClassVar[StageName] = "repetition_penalty"
    reorders = True
    removes = False
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return params.repetition_penalty != 1.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"repetition_penalty": params.repetition_penalty}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        seen = self._seen(rows)
        z, r = scores.at(seen), rows.column("repetition_penalty", lambda params: params.repetition_penalty)[seen.rows]
        return scores.edit(seen, np.where(z > 0, z / r, z * r))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"repetition_penalty": row.params.repetition_penalty, "tokens": len(row.seen.ids)}

    def _seen(self, rows: Rows) -> Cells:
        return cells(rows.ids(self.name, lambda row: row.seen.ids))


class PresencePenalty(Stage):
    """z' = z - a for every token in the output, however often. Neutral: a = 0. Source: OpenAI's API, vLLM ``apply_penalties``."""

    name: ClassVar[StageName] = "presence_penalty"
    reorders = True
    removes = False
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return params.presence_penalty != 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"presence_penalty": params.presence_penalty}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        said = self._said(rows)
        return scores.edit(said, scores.at(said) - rows.column("presence_penalty", lambda params: params.presence_penalty)[said.rows])

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"presence_penalty": row.params.presence_penalty, "tokens": len(row.output.ids)}

    def _said(self, rows: Rows) -> Cells:
        return cells(rows.ids(self.name, lambda row: row.output.ids))


class FrequencyPenalty(Stage):
    """z' = z - a x count in the output. Neutral: a = 0. Source: OpenAI's API, vLLM ``apply_penalties``."""

    name: ClassVar[StageName] = "frequency_penalty"
    reorders = True
    removes = False
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return params.frequency_penalty != 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"frequency_penalty": params.frequency_penalty}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        said = self._said(rows)
        return scores.edit(said, scores.at(said) - rows.column("frequency_penalty", lambda params: params.frequency_penalty)[said.rows] * self._counts(rows))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"frequency_penalty": row.params.frequency_penalty, "tokens": len(row.output.ids)}

    def _said(self, rows: Rows) -> Cells:
        return cells(rows.ids(self.name, lambda row: row.output.ids))

    def _counts(self, rows: Rows) -> Ints:
        """(M,) counts of the tokens of ``_said``."""
        return np.concatenate(rows.ids(self.name, lambda row: row.output_counts))
