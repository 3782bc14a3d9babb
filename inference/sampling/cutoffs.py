"""Stages that cut below a bound which the distribution itself sets: top-a, epsilon, eta, top-n-sigma. Each keeps at least ``min_keep`` tokens."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class TopA(Stage):
    """Keeps p >= a x (max p)^2; ties stay. Neutral: 0. Source: KoboldAI's ``TopALogitsWarper``, koboldcpp ``sample_top_a``."""

    name: ClassVar[StageName] = "top_a"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.top_a > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"top_a": params.top_a}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed = scores.listed
        bound = rows.column("top_a", lambda params: params.top_a) / listed.total  # of p / max p, and max p is 1 / total
        count = (listed.ranking.weights >= bound[:, None]).sum(-1)
        return listed.keep(count, rows.on(self.name), rows.at_least)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        largest = 1.0 / float(before.total[at])
        return {"top_a": row.params.top_a, "max_p": largest, "threshold": row.params.top_a * largest**2}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities


class EpsilonCutoff(Stage):
    """Keeps p >= epsilon, and what is tied with the last of ``min_keep``. Neutral: 0.

    Source: Hewitt et al. 2022; transformers ``EpsilonLogitsWarper``.
    """

    name: ClassVar[StageName] = "epsilon_cutoff"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.epsilon_cutoff > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"epsilon_cutoff": params.epsilon_cutoff}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed = scores.listed
        return _at_least_as_likely(listed, rows.column("epsilon", lambda params: params.epsilon_cutoff), rows, rows.on(self.name))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"epsilon_cutoff": row.params.epsilon_cutoff}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities


class EtaCutoff(Stage):
    """Keeps p >= min(e, sqrt(e) x exp(-H)), H the entropy in nats, and what is tied with the last of ``min_keep``. Neutral: 0.

    Source: Hewitt et al. 2022; transformers ``EtaLogitsWarper``.
    """

    name: ClassVar[StageName] = "eta_cutoff"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.eta_cutoff > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"eta_cutoff": params.eta_cutoff}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed, on = scores.listed, rows.on(self.name)
        bounds = [self._bound(listed, at, row) if active else 0.0 for at, (row, active) in enumerate(zip(rows, on, strict=True))]
        return _at_least_as_likely(listed, np.array(bounds), rows, on)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"eta_cutoff": row.params.eta_cutoff, "entropy": before.summary(at).entropy, "threshold": self._bound(before, at, row)}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities

    def _bound(self, listed: Listed, at: int, row: RowState) -> float:
        epsilon = row.params.eta_cutoff
        return min(epsilon, math.sqrt(epsilon) * math.exp(-listed.summary(at).entropy))


class TopNSigma(Stage):
    """Keeps z >= max z - n x the standard deviation of the finite scores; ties stay. Neutral: 0.

    Source: Tang et al. 2024; llama.cpp ``llama_sampler_top_n_sigma_apply``.
    """

    name: ClassVar[StageName] = "top_n_sigma"
    reorders = False
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.top_n_sigma > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"top_n_sigma": params.top_n_sigma}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed, on = scores.listed, rows.on(self.name)
        bounds = [self._bound(listed, at, row) if active else 0.0 for at, (row, active) in enumerate(zip(rows, on, strict=True))]
        count = (listed.ranking.scores >= np.array(bounds)[:, None]).sum(-1)
        return listed.keep(count, on, rows.at_least)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        top, sigma = float(before.top[at]), before.deviation(at)
        return {"top_n_sigma": row.params.top_n_sigma, "max": top, "sigma": sigma, "threshold": self._bound(before, at, row)}

    def reason(self, standing: Standing) -> Floats:
        return standing.scores

    def _bound(self, listed: Listed, at: int, row: RowState) -> float:
        return float(listed.top[at]) - row.params.top_n_sigma * listed.deviation(at)


def _at_least_as_likely(listed: Listed, bounds: Floats, rows: Rows, on: list[bool]) -> Listed:
    """Cut below the probabilities ``bounds`` (B,). Unlike elsewhere, tokens tied with the last of ``min_keep`` stay too."""
    scores = listed.ranking.scores
    last = [[float(scores[at, min(least, count) - 1])] for at, (least, count) in enumerate(zip(rows.at_least, listed.count, strict=True))]
    likely = listed.ranking.weights >= (bounds * listed.total)[:, None]
    return listed.keep((likely | (scores >= np.array(last))).sum(-1), on, rows.at_least)
