"""A score for every token of B rows, -inf where removed, and the sums over each row: ``Field`` in one piece, ``Mosaic`` out of several.

Values: no operation changes them. All arithmetic is float64, and no sum depends on how many rows surround it. Knows nothing of stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Floats, Ints
from inference.sampling.lazy import lazy
from inference.sampling.ranking import Ranking, best

FAR_BELOW = -1e9  # exp of this is 0, and 0 times this is 0, which 0 times -inf is not
IN_CACHE = 32_768  # scores worked on at a time, so that what is made of them stays in a core's cache


class Summary(NamedTuple):
    """One row as a whole."""

    survivors: int  # tokens with a finite score
    logsumexp: float
    entropy: float  # nats, of softmax(scores)


class Sums(NamedTuple):
    """What (B,) rows add up to."""

    total: Floats  # of the weights, of which the largest is 1
    terms: Floats  # of weight x ln(weight)

    @property
    def entropy(self) -> Floats:
        """(B,) nats."""
        entropy: Floats = np.log(self.total) - self.terms / self.total
        return entropy


@dataclass(frozen=True, eq=False)
class Field:
    """Every row has at least one finite score."""

    scores: Floats  # (B, V)

    @classmethod
    def of(cls, scores: Floats, whole: bool | None) -> Self:
        """``whole`` as below, where that is known."""
        field = cls(scores)
        if whole is not None:
            field.__dict__["whole"] = whole
        return field

    @lazy
    def top(self) -> Floats:
        """(B,) the largest score."""
        top: Floats = self.scores.max(-1)
        return top

    @lazy
    def whole(self) -> bool:
        """Whether nothing has been removed from any row."""
        return bool(self.scores.min() > -np.inf)

    @lazy
    def weights(self) -> Floats:
        """(B, V) probabilities before normalisation: the largest is 1."""
        return np.exp(self.scores - self.top[:, None])

    @lazy
    def sums(self) -> Sums:
        """Over a few rows at a time, so that what lies between is gone before it leaves the cache."""
        count, vocab = self.scores.shape
        size = max(1, IN_CACHE // vocab)
        found = [self._sums(start, start + size) for start in range(0, count, size)]
        return found[0] if len(found) == 1 else Sums(*map(np.concatenate, zip(*found, strict=True)))

    def _sums(self, start: int, end: int) -> Sums:
        shifted = self.scores[start:end] - self.top[start:end, None]
        weights = np.exp(shifted)
        if not self.whole:
            np.maximum(shifted, FAR_BELOW, out=shifted)
        total: Floats = weights.sum(-1)
        shifted *= weights
        return Sums(total, shifted.sum(-1))

    @lazy
    def total(self) -> Floats:
        """(B,)"""
        return self.sums.total

    @lazy
    def terms(self) -> Floats:
        """(B,)"""
        return self.sums.terms

    @lazy
    def survivors(self) -> Ints:
        """(B,) tokens with a finite score."""
        if self.whole:
            return np.full(len(self.scores), self.scores.shape[1])
        survivors: Ints = (self.scores > -np.inf).sum(-1)
        return survivors

    @property
    def vocab(self) -> int:
        return int(self.scores.shape[1])

    @lazy
    def order(self) -> Ranking | None:
        """The best of each row, once they have been found."""
        return None

    def ranking(self, head: int) -> Ranking:
        """The ``head`` best of each row, which must be the same number every time."""
        found = self.__dict__["order"] = self.order or best(self.scores, head)
        return found

    def row(self, row: int) -> Floats:
        """(V,)"""
        scores: Floats = self.scores[row]
        return scores

    def take(self, rows: Ints) -> Field:
        """Those ``rows``, with what is known of their order."""
        return _ordered(Field(self.scores[rows]), self.order and self.order.take(rows))

    def divide(self, by: Floats) -> Field:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        divided = _ordered(Field(self.scores / by[:, None]), self.order and self.order.divide(by))
        divided.__dict__["top"] = self.top / by
        divided.__dict__["whole"] = self.whole
        return divided

    def mended(self, rows: Ints, other: Field) -> Mosaic:
        """These with ``rows`` (m,) replaced by the rows of ``other``, in order."""
        return Mosaic(self, rows, other)


@dataclass(frozen=True, eq=False)
class Mosaic:
    """A field with some rows of another. Nothing is copied, and no sum is taken, before somebody asks."""

    base: Field | Mosaic
    rows: Ints  # (m,)
    other: Field  # (m, V) what is in their place

    def mended(self, rows: Ints, other: Field) -> Mosaic:
        """These with ``rows`` (m,) replaced by the rows of ``other``, in order."""
        return Mosaic(self.base if np.array_equal(rows, self.rows) else self, rows, other)

    def _mended(self, base: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        mended = base.copy()
        mended[self.rows] = other
        return mended

    @lazy
    def top(self) -> Floats:
        return self._mended(self.base.top, self.other.top)

    @lazy
    def sums(self) -> Sums:
        return Sums(*map(self._mended, self.base.sums, self.other.sums))

    @property
    def total(self) -> Floats:
        return self.sums.total

    @property
    def terms(self) -> Floats:
        return self.sums.terms

    @lazy
    def survivors(self) -> Ints:
        return self._mended(self.base.survivors, self.other.survivors)

    @property
    def vocab(self) -> int:
        return self.other.vocab

    @lazy
    def weights(self) -> Floats:
        return self._mended(self.base.weights, self.other.weights)

    @lazy
    def scores(self) -> Floats:
        return self._mended(self.base.scores, self.other.scores)

    @lazy
    def _own(self) -> dict[int, int]:
        return {row: own for own, row in enumerate(self.rows.tolist())}

    def row(self, row: int) -> Floats:
        own = self._own.get(row)
        return self.base.row(row) if own is None else self.other.row(own)

    def take(self, rows: Ints) -> Field:
        if np.array_equal(rows, self.rows):
            return self.other
        scores = np.empty((len(rows), self.vocab))
        for own, row in enumerate(rows.tolist()):
            scores[own] = self.row(row)
        return _ordered(Field(scores), self.order and self.order.take(rows))

    @lazy
    def order(self) -> Ranking | None:
        """The best of each row, once they have been found."""
        return None

    def ranking(self, head: int) -> Ranking:
        found = self.__dict__["order"] = self.order or self.base.ranking(head).mended(self.rows, self.other.ranking(head))
        return found

    def divide(self, by: Floats) -> Mosaic:
        """Every score divided by its row's positive ``by`` (B,); rows of 1 stay what they are."""
        rows = np.flatnonzero(by != 1.0)
        return self.mended(rows, self.take(rows).divide(by[rows])) if len(rows) else self


def _ordered(field: Field, order: Ranking | None) -> Field:
    """``field``, of which the ``order`` is known."""
    field.__dict__["order"] = order
    return field


Whole = Field | Mosaic
