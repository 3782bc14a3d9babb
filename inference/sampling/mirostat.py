"""Mirostat: cuts off what is too surprising, where "too" follows what the run has been like so far."""

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


class Mirostat(Stage):
    """Version 2: keeps the tokens with -log2 p <= mu. Neutral: mode 0.

    mu begins at 2 tau; after each token mu' = mu - eta x (its surprise in the final distribution - tau), which ``RowState.observe``
    does. Source: Basu et al. 2021; llama.cpp ``llama_sampler_mirostat_v2_apply``.
    """

    name: ClassVar[StageName] = "mirostat"
    reorders = False
    removes = True

    def active(self, params: SamplingParams) -> bool:
        return params.mirostat_mode == 2

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"mirostat_tau": params.mirostat_tau, "mirostat_eta": params.mirostat_eta}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed = scores.listed
        surprise = (np.log(listed.total)[:, None] - (listed.ranking.scores - listed.top[:, None])) / math.log(2)
        mu = np.array([[row.mu] for row in rows])
        return listed.keep((surprise <= mu).sum(-1), rows.on(self.name), rows.at_least)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        return {"mu": row.mu, **self.settings(row.params)}

    def reason(self, standing: Standing) -> Floats:
        """In bits."""
        return standing.surprise / math.log(2)
