"""Scores of many steps, worked on in buffers that are used again and again. Knows nothing of stages.

A ``Field`` is a value, which costs a new array for each change. Whoever goes over hundreds of steps, and looks at no
earlier scores again, edits one copy in place, and sums up a few rows at a time: the numbers are the same, without the time that memory takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from inference.sampling.arrays import Floats
from inference.sampling.field import FAR_BELOW, IN_CACHE, Field, Sums
from inference.sampling.lazy import lazy


class Buffers:
    """Memory for scores (``rows``, ``vocab``), and for a few rows that are being summed up."""

    def __init__(self, rows: int, vocab: int) -> None:
        self.few = min(rows, max(1, IN_CACHE // vocab))
        self.scores: Floats = np.empty((rows, vocab))
        self.shifted: Floats
        self.weights: Floats
        self.shifted, self.weights = np.empty((2, self.few, vocab))


@dataclass(frozen=True, eq=False)
class BufferedField(Field):
    """A ``Field`` that is written down, where it is, in the buffer of all scores."""

    buffers: Buffers = field(kw_only=True)

    def replaced(self, scores: Floats) -> Field:
        return BufferedField(scores, buffers=self.buffers)

    def _over(self, by: Floats) -> Field:
        return BufferedField(self.given if self.by is None else self.scores, by, buffers=self.buffers)

    def written(self) -> Floats:
        """For good in the buffer of all scores."""
        own = self.buffers.scores[: len(self.given)]
        if self.by is not None:
            np.divide(self.given, self.by[:, None], out=own)
        elif self.given.base is not self.buffers.scores:
            np.copyto(own, self.given)
        return own

    @lazy
    def sums(self) -> Sums:
        few, count = self.buffers.few, len(self.given)
        starts = range(0, count, few)
        found = [self._sums(start, self.buffers.shifted[: count - start], self.buffers.weights[: count - start]) for start in starts]
        return Sums(*map(np.concatenate, zip(*found, strict=True)))

    def _sums(self, start: int, shifted: Floats, weights: Floats) -> Sums:
        self._shift(start, shifted)
        np.exp(shifted, out=weights)
        terms: Floats = np.vecdot(shifted, weights)
        if np.isnan(terms).any():  # 0 times -inf, where something has been removed
            terms = np.vecdot(np.maximum(shifted, FAR_BELOW, out=shifted), weights)
        return Sums(weights.sum(-1), terms)
