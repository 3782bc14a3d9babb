"""Scores of many steps, worked on in buffers that are used again and again. Knows nothing of stages.

``Field`` and ``Dense`` are values, which costs a new array for each change. Whoever goes over hundreds of steps, and looks at no
earlier scores again, works on one copy in place: the numbers are the same, without the time that memory takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.field import FAR_BELOW, Field, Sums
from inference.sampling.lazy import lazy
from inference.sampling.scores import Cells, Dense


class Buffers:
    """Memory for scores (``rows``, ``vocab``), what they are below the largest, and their weights."""

    def __init__(self, rows: int, vocab: int) -> None:
        self.scores: Floats
        self.shifted: Floats
        self.weights: Floats
        self.scores, self.shifted, self.weights = np.empty((3, rows, vocab))


@dataclass(frozen=True, eq=False)
class BufferedField(Field):
    """A ``Field`` whose ``scores`` (B, V) are the first rows of those of ``buffers``, and no longer its own once they are divided."""

    buffers: Buffers

    @lazy
    def _shifted(self) -> Floats:
        shifted: Floats = np.subtract(self.scores, self.top[:, None], out=self.buffers.shifted[: len(self.scores)])
        return shifted

    @lazy
    def weights(self) -> Floats:
        weights: Floats = np.exp(self._shifted, out=self.buffers.weights[: len(self.scores)])
        return weights

    @lazy
    def total(self) -> Floats:
        total: Floats = self.weights.sum(-1)
        return total

    @lazy
    def sums(self) -> Sums:
        return Sums(self.total, self.terms)

    @lazy
    def _products(self) -> Floats:
        """(B,) the ``terms``; not a number where something has been removed, which is 0 times -inf."""
        products: Floats = np.vecdot(self._shifted, self.weights)
        return products

    @lazy
    def terms(self) -> Floats:
        if not np.isnan(self._products).any():
            return self._products
        terms: Floats = np.vecdot(np.maximum(self._shifted, FAR_BELOW), self.weights)
        return terms

    @lazy
    def survivors(self) -> Ints:
        if not np.isnan(self._products).any():
            return np.full(len(self.scores), self.scores.shape[1])
        survivors: Ints = (self.scores > -np.inf).sum(-1)
        return survivors

    def divide(self, by: Floats) -> Field:
        np.divide(self.scores, by[:, None], out=self.scores)
        divided = BufferedField(self.scores, self.buffers)
        divided.__dict__["order"] = self.order and self.order.divide(by)
        return divided


@dataclass(frozen=True, eq=False)
class BufferedDense(Dense):
    """A ``Dense`` that is edited in place."""

    field: BufferedField

    @classmethod
    def copied(cls, scores: Floats, head: int, buffers: Buffers) -> BufferedDense:
        """Of ``scores`` (B, V), of any type."""
        own = buffers.scores[: len(scores)]
        np.copyto(own, scores)
        return cls(BufferedField(own, buffers), head, [False] * len(scores))

    def edit(self, cells: Cells, values: Floats) -> Dense:
        self.field.scores[cells.rows, cells.ids] = values
        return BufferedDense(BufferedField(self.field.scores, self.field.buffers), self.head, self.short)

    def divide(self, by: Floats) -> Dense:
        field = self.field.divide(by)
        assert isinstance(field, BufferedField)
        return BufferedDense(field, self.head, self.short)
