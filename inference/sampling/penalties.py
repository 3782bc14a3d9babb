"""Stages that make tokens less likely because they have occurred: repetition, presence, frequency.

What counts as occurred is ``penalty_scope`` and ``repeat_last_n``; where those leave it open, the dialect says.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.history import Occurred
from inference.sampling.scores import Cells, Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.state import Rows, RowState, Scope
from inference.spec import SamplingParams, StageName

LLAMACPP_WINDOW = 64  # llama.cpp's ``penalty_last_n``, where nobody says otherwise


class Penalty(Stage):
    """Changes the scores of tokens that have occurred."""

    reorders = True
    removes = False
    edits = True
    counts_prompt: ClassVar[bool]  # in every dialect but llama.cpp's, where all do

    @abstractmethod
    def strength(self, params: SamplingParams) -> float:
        """The setting of this penalty."""

    @abstractmethod
    def penalised(self, z: Floats, strength: Floats) -> Floats:
        """(M,) scores in place of ``z`` (M,)."""

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {self.name: self.strength(params)}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        occurred = rows.occurred(self.name, self.scope)
        seen = Cells(occurred.rows, occurred.ids)
        strength = rows.column(self.name, self.strength)[seen.rows]
        return scores.edit(seen, self.penalised(scores.at(seen), strength * self._times(occurred)))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {self.name: self.strength(row.params), "tokens": len(row.occurrences(*self.scope(row.params)).ids)}

    def scope(self, params: SamplingParams) -> Scope:
        """Which of the tokens that have been said count."""
        by_dialect = self.counts_prompt or params.dialect == "llamacpp"
        return by_dialect if params.penalty_scope == "dialect" else params.penalty_scope == "all", window(params)

    def _times(self, occurred: Occurred) -> Ints | float:
        """(M,) how often each token is penalised; once, unless a penalty says otherwise."""
        return 1.0


def window(params: SamplingParams) -> int:
    """How many of the last tokens the penalties look at; -1 for all."""
    if params.repeat_last_n is not None:
        return params.repeat_last_n
    return LLAMACPP_WINDOW if params.dialect == "llamacpp" else -1


class RepetitionPenalty(Penalty):
    """z > 0: z / r; z <= 0: z x r, once for every token that has occurred, in the prompt or the output. Neutral: r = 1.

    Source: Keskar et al. 2019 (CTRL), as amended by transformers ``RepetitionPenaltyLogitsProcessor`` for negative logits.
    """

    name: ClassVar[StageName] = "repetition_penalty"
    counts_prompt = True

    def active(self, params: SamplingParams) -> bool:
        return params.repetition_penalty != 1.0 and window(params) != 0

    def strength(self, params: SamplingParams) -> float:
        return params.repetition_penalty

    def penalised(self, z: Floats, strength: Floats) -> Floats:
        return np.where(z > 0, z / strength, z * strength)


class PresencePenalty(Penalty):
    """z' = z - a for every token in the output, however often. Neutral: a = 0. Source: OpenAI's API, vLLM ``apply_penalties``."""

    name: ClassVar[StageName] = "presence_penalty"
    counts_prompt = False

    def active(self, params: SamplingParams) -> bool:
        return params.presence_penalty != 0.0 and window(params) != 0

    def strength(self, params: SamplingParams) -> float:
        return params.presence_penalty

    def penalised(self, z: Floats, strength: Floats) -> Floats:
        return z - strength


class FrequencyPenalty(Penalty):
    """z' = z - a x count in the output. Neutral: a = 0. Source: OpenAI's API, vLLM ``apply_penalties``."""

    name: ClassVar[StageName] = "frequency_penalty"
    counts_prompt = False

    def active(self, params: SamplingParams) -> bool:
        return params.frequency_penalty != 0.0 and window(params) != 0

    def strength(self, params: SamplingParams) -> float:
        return params.frequency_penalty

    def penalised(self, z: Floats, strength: Floats) -> Floats:
        return z - strength

    def _times(self, occurred: Occurred) -> Ints:
        return occurred.counts()
