"""A score for every token of B rows, -inf where removed, and the sums over each row: ``Field`` in one piece, ``Mosaic`` out of several.

Values: no operation changes them. All arithmetic is float64, and no sum depends on how many rows surround it. Knows nothing of stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

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
    """Every row has at least one finite score. They are not written down as ``scores`` unless somebody asks for them."""

    given: NDArray[Any]  # (B, V) float32 or float64, row by row in memory, which stay as they are
    by: Floats | None = None  # (B,) positive: what every score of a row is ``given`` divided by

    @lazy
    def scores(self) -> Floats:
        """(B, V)"""
        return self.given.astype(np.float64, copy=False) if self.by is None else self.given / self.by[:, None]

    @lazy
    def top(self) -> Floats:
        """(B,) the largest score: dividing leaves it the largest."""
        top: Floats = self.given.max(-1).astype(np.float64, copy=False)
        return top if self.by is None else top / self.by

    @lazy
    def whole(self) -> bool:
        """Whether nothing has been removed from any row."""
        return bool(self.given.min() > -np.inf)

    @lazy
    def weights(self) -> Floats:
        """(B, V) probabilities before normalisation: the largest is 1."""
        return np.exp(self.scores - self.top[:, None])

    @lazy
    def sums(self) -> Sums:
        """Over a few rows at a time, so that what lies between stays in the cache."""
        count, vocab = self.given.shape
        size = min(count, max(1, IN_CACHE // vocab))
        shifted, weights = np.empty((2, size, vocab))
        found = [self._sums(start, shifted[: count - start], weights[: count - start]) for start in range(0, count, size)]
        return found[0] if len(found) == 1 else Sums(*map(np.concatenate, zip(*found, strict=True)))

    def _sums(self, start: int, shifted: Floats, weights: Floats) -> Sums:
        """Of as many rows from ``start`` on as there is room for in ``shifted`` and ``weights`` (n, V)."""
        self._shift(start, shifted)
        np.exp(shifted, out=weights)
        if not self.whole:
            np.maximum(shifted, FAR_BELOW, out=shifted)
        shifted *= weights
        return Sums(weights.sum(-1), shifted.sum(-1))

    def _shift(self, start: int, out: Floats) -> None:
        """Make ``out`` (n, V) the scores of the rows from ``start`` on, less the largest of each row.

        Row by row: a number taken from a whole row takes a third of the time of a column of numbers taken from all of them.
        """
        rows = slice(start, start + len(out))
        np.copyto(out, self.given[rows])
        for scores, by in zip(out, () if self.by is None else self.by[rows].tolist(), strict=False):
            np.divide(scores, by, out=scores)
        for scores, top in zip(out, self.top[rows].tolist(), strict=True):
            np.subtract(scores, top, out=scores)

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
            return np.full(len(self.given), self.vocab)
        survivors: Ints = (self.given > -np.inf).sum(-1)
        return survivors

    @property
    def vocab(self) -> int:
        return int(self.given.shape[1])

    @property
    def best_ids(self) -> Ints:
        """(B,) the token with the largest score; the lowest id of several."""
        ids: Ints = (self.given if self.by is None else self.scores).argmax(-1)
        return ids

    @lazy
    def order(self) -> Ranking | None:
        """The best of each row, once they have been found."""
        return None

    def ranking(self, head: int) -> Ranking:
        """The ``head`` best of each row, which must be the same number every time."""
        if self.order is None:
            found = best(self.given, head)
            self.__dict__["order"] = found if self.by is None else found.divide(self.by)
        assert self.order is not None
        return self.order

    def at(self, rows: Ints, ids: Ints) -> Floats:
        """(M,) the scores of ``ids`` (M,) in ``rows`` (M,)."""
        scores: Floats = self.given[rows, ids].astype(np.float64, copy=False)
        return scores if self.by is None else scores / self.by[rows]

    def row(self, row: int) -> Floats:
        """(V,)"""
        scores: Floats = self.given[row].astype(np.float64, copy=False)
        return scores if self.by is None else scores / self.by[row]

    def take(self, rows: Ints) -> Field:
        """Those ``rows``, with what is known of their order."""
        taken = Field(self.given[rows], None if self.by is None else self.by[rows])
        return _ordered(taken, self.order and self.order.take(rows))

    def divide(self, by: Floats) -> Field:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        divided = _ordered(self._over(by), self.order and self.order.divide(by))
        divided.__dict__["whole"] = self.whole
        return divided

    def written(self) -> Floats:
        """(B, V) the scores, to be changed."""
        return self.given.astype(np.float64) if self.by is None else self.given / self.by[:, None]

    def replaced(self, scores: Floats) -> Field:
        """``scores`` (B, V) in place of these."""
        return Field(scores)

    def _over(self, by: Floats) -> Field:
        return Field(self.given if self.by is None else self.scores, by)

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

    def written(self) -> Floats:
        """(B, V) the scores, to be changed."""
        return self.scores.copy()

    def replaced(self, scores: Floats) -> Field:
        """``scores`` (B, V) in place of these."""
        return Field(scores)

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

    @property
    def best_ids(self) -> Ints:
        return self._mended(self.base.best_ids, self.other.best_ids)

    def at(self, rows: Ints, ids: Ints) -> Floats:
        scores: Floats = self.scores[rows, ids]
        return scores

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
