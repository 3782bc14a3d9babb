"""Stages that sharpen or flatten the distribution: temperature."""

from __future__ import annotations

from typing import ClassVar

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
        return params.temperature not in (0.0, 1.0)

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"temperature": params.temperature}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        return scores.divide(rows.column("divisor", self._divisor))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"temperature": row.params.temperature}

    def _divisor(self, params: SamplingParams) -> float:
        return max(params.temperature, COLDEST) if self.active(params) else 1.0
