"""Stages that cut off the unlikely end of the distribution: top-k, top-p, min-p. Each keeps at least ``min_keep`` tokens."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class TopK(Stage):
    """Keeps z >= the k-th largest z: tokens tied with the k-th stay, as in transformers and vLLM. Neutral: 0.

    In llama.cpp's dialect exactly k stay, of tied ones those with the lower id: ``llama_sampler_top_k_impl``. Source: Fan et al. 2018;
    transformers ``TopKLogitsWarper``.
    """

    name: ClassVar[StageName] = "top_k"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.top_k > 0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"top_k": params.top_k}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed = scores.listed
        least = rows.column("top_k_at_least", lambda params: max(params.top_k, params.min_keep))
        last = np.minimum(least, listed.count).astype(np.int64) - 1
        threshold = listed.ranking.scores[np.arange(len(rows)), last]
        count = (listed.ranking.scores >= threshold[:, None]).sum(-1)
        most = rows.column("top_k", lambda params: params.top_k if params.dialect == "llamacpp" else np.inf)
        return listed.keep(np.minimum(count, most).astype(np.int64), rows.on(self.name), rows.at_least)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"top_k": row.params.top_k, "threshold": self._threshold(before, at, row)}

    def reason(self, standing: Standing) -> Floats:
        return standing.ranks

    def _threshold(self, listed: Listed, at: int, row: RowState) -> float:
        """The k-th score, or the last on the list where it is no longer than that. ``min_keep`` is a larger k: ties stay there too."""
        k = min(max(row.params.top_k, row.params.min_keep), listed.count[at])
        return float(listed.ranking.scores[at, k - 1])


class TopP(Stage):
    """Keeps tokens while the mass before them is < p: the smallest set of best tokens that reaches p. Neutral: 1.

    Of tokens tied at the border those with the lower id stay; which of them do in other engines is up to their sort. Source: Holtzman
    et al. 2020; transformers ``TopPLogitsWarper`` and vLLM ``apply_top_k_top_p``, which drop from the low end what adds up to 1 - p at
    most; llama.cpp ``llama_sampler_top_p_apply``, which stops at the first token that brings the mass to p. All keep the same set.
    """

    name: ClassVar[StageName] = "top_p"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.top_p < 1.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"top_p": params.top_p}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed = scores.listed
        count = 1 + (listed.reach < rows.column("top_p", lambda params: params.top_p)[:, None]).sum(-1)
        return listed.keep(count, rows.on(self.name), rows.at_least)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"top_p": row.params.top_p}

    def reason(self, standing: Standing) -> Floats:
        return standing.mass_before


class MinP(Stage):
    """Keeps p >= min_p x max p; ties stay. Neutral: 0. Source: Nguyen et al. 2024; transformers ``MinPLogitsWarper``."""

    name: ClassVar[StageName] = "min_p"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.min_p > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"min_p": params.min_p}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed = scores.listed
        count = (listed.ranking.weights >= rows.column("min_p", lambda params: params.min_p)[:, None]).sum(-1)
        return listed.keep(count, rows.on(self.name), rows.at_least)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        largest = 1.0 / float(before.total[at])
        return {"min_p": row.params.min_p, "max_p": largest, "threshold": row.params.min_p * largest}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities
