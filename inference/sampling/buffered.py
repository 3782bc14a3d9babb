"""Scores of many steps, worked on in buffers that are used again and again. Knows nothing of stages.

``Field`` and ``Dense`` are values, which costs a new array for each change. Whoever goes over hundreds of steps, and looks at no
earlier scores again, edits one copy in place, and sums up a few rows at a time: the numbers are the same, without the time that memory takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Floats, Ints
from inference.sampling.field import FAR_BELOW, IN_CACHE, Field, Sums
from inference.sampling.lazy import lazy
from inference.sampling.ranking import Ranking, best
from inference.sampling.scores import Cells, Dense


class Buffers:
    """Memory for scores (``rows``, ``vocab``), and for a few rows that are being summed up."""

    def __init__(self, rows: int, vocab: int) -> None:
        self.few = min(rows, max(1, IN_CACHE // vocab))
        self.scores: Floats = np.empty((rows, vocab))
        self.shifted: Floats
        self.weights: Floats
        self.shifted, self.weights = np.empty((2, self.few, vocab))


class BufferedField(Field):
    """The scores ``given`` (B, V), of any float type, divided by each row's positive ``by`` (B,). They are not written down unless somebody asks."""

    def __init__(self, given: NDArray[Any], by: Floats | None, buffers: Buffers) -> None:
        self.__dict__.update(given=given, by=by, buffers=buffers)

    given: NDArray[Any]
    by: Floats | None
    buffers: Buffers

    @lazy
    def scores(self) -> Floats:  # of a ``Field`` they are there from the start
        return self.given.astype(np.float64) if self.by is None else self.given / self.by[:, None]

    @property
    def vocab(self) -> int:
        return int(self.given.shape[1])

    @lazy
    def top(self) -> Floats:
        """Dividing leaves the largest the largest."""
        top: Floats = self.given.max(-1).astype(np.float64)
        return top if self.by is None else top / self.by

    @lazy
    def order(self) -> Ranking | None:
        return None

    def ranking(self, head: int) -> Ranking:
        if self.order is None:
            found = best(self.given, head)
            found = Ranking(found.ids, found.scores.astype(np.float64), found.count, found.rest)
            self.__dict__["order"] = found if self.by is None else found.divide(self.by)
        assert self.order is not None
        return self.order

    def divide(self, by: Floats) -> Field:
        divided = BufferedField(self.given if self.by is None else self.scores, by, self.buffers)
        divided.__dict__["order"] = self.order and self.order.divide(by)
        return divided

    def written(self) -> Floats:
        """(B, V) the scores, for good in the buffer of all scores."""
        own = self.buffers.scores[: len(self.given)]
        if self.by is not None:
            np.divide(self.given, self.by[:, None], out=own)
        elif self.given.base is not self.buffers.scores:
            np.copyto(own, self.given)
        return own

    @lazy
    def sums(self) -> Sums:
        starts = range(0, len(self.given), self.buffers.few)
        return Sums(*map(np.concatenate, zip(*(self._sums(start, start + self.buffers.few) for start in starts), strict=True)))

    def _sums(self, start: int, end: int) -> Sums:
        given = self.given[start:end]
        shifted, weights = self.buffers.shifted[: len(given)], self.buffers.weights[: len(given)]
        np.copyto(shifted, given)
        if self.by is not None:
            shifted /= self.by[start:end, None]
        shifted -= self.top[start:end, None]
        np.exp(shifted, out=weights)
        terms: Floats = np.vecdot(shifted, weights)
        if np.isnan(terms).any():  # 0 times -inf, where something has been removed
            terms = np.vecdot(np.maximum(shifted, FAR_BELOW, out=shifted), weights)
        return Sums(weights.sum(-1), terms)

    @lazy
    def survivors(self) -> Ints:
        if self.given.min() > -np.inf:
            return np.full(len(self.given), self.vocab)
        survivors: Ints = (self.given > -np.inf).sum(-1)
        return survivors

    def row(self, row: int) -> Floats:
        scores: Floats = self.given[row].astype(np.float64)
        return scores if self.by is None else scores / self.by[row]


@dataclass(frozen=True, eq=False)
class BufferedDense(Dense):
    """A ``Dense`` that is edited in place."""

    field: BufferedField

    @classmethod
    def over(cls, scores: NDArray[Any], head: int, buffers: Buffers) -> BufferedDense:
        """``scores`` (B, V) of any float type, which are left as they are."""
        return cls(BufferedField(scores, None, buffers), head, [False] * len(scores))

    @property
    def best_ids(self) -> Ints:
        scores = self.field.given if self.field.by is None else self.field.scores
        ids: Ints = scores.argmax(-1)
        return ids

    def at(self, cells: Cells) -> Floats:
        scores: Floats = self.field.given[cells.rows, cells.ids].astype(np.float64)
        return scores if self.field.by is None else scores / self.field.by[cells.rows]

    def edit(self, cells: Cells, values: Floats) -> Dense:
        scores = self.field.written()
        scores[cells.rows, cells.ids] = values
        return BufferedDense(BufferedField(scores, None, self.field.buffers), self.head, self.short)

    def divide(self, by: Floats) -> Dense:
        field = self.field.divide(by)
        assert isinstance(field, BufferedField)
        return BufferedDense(field, self.head, self.short)
