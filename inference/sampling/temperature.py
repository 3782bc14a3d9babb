"""Stages that sharpen or flatten the distribution: temperature, and dynamic temperature in its place."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName

COLDEST = 1e-200  # below this every float32 gap is infinite anyway, and the division would overflow


class Temperature(Stage):
    """z' = z / T. Neutral: T = 1.

    T = 0 is greedy and shown as off: the limit would be a distribution with a single token, which hides everything there is
    to see. The distribution of a greedy run is therefore the one at T = 1, as in vLLM's log-probabilities.
    """

    name: ClassVar[StageName] = "temperature"
    reorders = False
    removes = False
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.temperature not in (0.0, 1.0) and params.dynatemp_range == 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"temperature": params.temperature}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        return scores.divide(rows.column("divisor", self._divisor))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"temperature": row.params.temperature}

    def _divisor(self, params: SamplingParams) -> float:
        return max(params.temperature, COLDEST) if self.active(params) else 1.0


class DynamicTemperature(Stage):
    """z' = z / T', T' between T - range and T + range by (H / ln n)^exponent, the entropy over the largest that n survivors can have.

    Neutral: range 0. Takes the place of ``Temperature``; with T = 0, greedy, both are off. A single survivor stays as it is. Source:
    kalomaze 2023; llama.cpp ``llama_sampler_temp_ext_apply``.
    """

    name: ClassVar[StageName] = "dynatemp"
    reorders = False
    removes = False
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.dynatemp_range > 0.0 and params.temperature > 0.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"temperature": params.temperature, "dynatemp_range": params.dynatemp_range, "dynatemp_exponent": params.dynatemp_exponent}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        divisors = [self._divisor(scores, at, row) if on else 1.0 for at, (row, on) in enumerate(zip(rows, rows.on(self.name), strict=True))]
        return scores.divide(np.array(divisors))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        here = before.summary(at)
        return {"dynatemp_range": row.params.dynatemp_range, "entropy": here.entropy, "temperature": self._divisor(before, at, row)}

    def _divisor(self, scores: Scores, at: int, row: RowState) -> float:
        params, here = row.params, scores.summary(at)
        if here.survivors < 2:
            return 1.0
        low, high = max(0.0, params.temperature - params.dynatemp_range), params.temperature + params.dynatemp_range
        unsure = min(max(here.entropy / math.log(here.survivors), 0.0), 1.0)
        return max(low + (high - low) * math.pow(unsure, params.dynatemp_exponent), COLDEST)
