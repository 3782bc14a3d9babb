"""Locally typical sampling: keeps what is neither too likely nor too unlikely."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Bools, Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class Typical(Stage):
    """Keeps the tokens whose surprise -ln p is closest to the entropy, until their mass reaches p; tokens tied with the last stay.

    Neutral: 1. ``min_keep`` counts in that order, as in the sources. In llama.cpp's dialect their mass has to exceed p, and of tied tokens
    no more stay than it takes: ``llama_sampler_typical_apply``. Source: Meister et al. 2022; transformers ``TypicalLogitsWarper``.
    """

    name: ClassVar[StageName] = "typical_p"
    reorders = True
    removes = True
    looks_back = False

    def active(self, params: SamplingParams) -> bool:
        return params.typical_p < 1.0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"typical_p": params.typical_p}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        listed, on = scores.listed, rows.on(self.name)
        kept = np.array([self._kept(listed, at, row) if active else self._all(listed, at) for at, (row, active) in enumerate(zip(rows, on, strict=True))])
        ends = [self._end(listed, at, row) for at, row in enumerate(kept)]
        inside = np.arange(kept.shape[1]) < np.array(ends)[:, None]
        return listed.keep(np.array(ends), on, [1] * len(on)).drop(inside & ~kept)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        kept = self._kept(before, at, row)
        return {"typical_p": row.params.typical_p, "entropy": before.summary(at).entropy, "threshold": float(_distance(before, at)[kept].max())}

    def reason(self, standing: Standing) -> Floats:
        return np.abs(standing.surprise - standing.entropy[:, None])

    def _kept(self, listed: Listed, at: int, row: RowState) -> Bools:
        """(n,) of the list of row number ``at``."""
        distance = _distance(listed, at)
        order = distance.argsort(kind="stable")
        mass = (listed.ranking.weights[at, order] / float(listed.total[at])).cumsum()
        exactly = row.params.dialect == "llamacpp"
        missing = mass <= row.params.typical_p if exactly else mass < row.params.typical_p
        last = min(int(missing.sum()), listed.count[at] - 1)
        kept: Bools = distance < distance[order[last]] if exactly else distance <= distance[order[last]]
        kept[order[: max(last + 1, min(row.params.min_keep, listed.count[at]))]] = True
        return kept

    def _all(self, listed: Listed, at: int) -> Bools:
        kept: Bools = np.arange(listed.ranking.ids.shape[1]) < listed.count[at]
        return kept

    def _end(self, listed: Listed, at: int, kept: Bools) -> int:
        """The column behind the last one kept; that of the list where something closer to the entropy may be beyond it."""
        count = listed.count[at]
        here = listed.summary(at)
        too_likely = here.logsumexp - float(listed.ranking.scores[at, count - 1]) < here.entropy
        return count if too_likely or not count else int(np.flatnonzero(kept)[-1]) + 1


def _distance(listed: Listed, at: int) -> Floats:
    """(n,) how far the surprise of each token is from the entropy, in nats; infinite beyond the list."""
    here = listed.summary(at)
    distance: Floats = np.abs(here.logsumexp - listed.ranking.scores[at] - here.entropy)
    distance[listed.count[at] :] = np.inf
    return distance
