"""Orders tokens by score descending, then id ascending, as far down as somebody needs. Knows nothing of stages.

Sorting a whole vocabulary for every token is what makes samplers slow, so ``best`` selects the top n + 1 first. Tokens tied with the last
of them may have been left outside, and so it is open which of them come first: they are not listed. What is listed is always right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.lazy import lazy

_LARGE = 4_096  # tokens from which on groups are worth their while
_AT_ONCE = 131_072  # scores partitioned at a time, so that a copy of all of them stays in a core's cache
_LEAST = -(2.0**1023)  # stands for minus infinity: less than any score, and its last bits are zero


@dataclass(frozen=True, eq=False)
class Ranking:
    """The best tokens of each row, in order. Columns from ``count[b]`` on are padding: tokens that are not certain, or removed."""

    ids: Ints  # (B, n)
    scores: Floats  # (B, n)
    count: list[int]  # (B,)
    rest: list[bool]  # (B,) there are more tokens with a finite score

    def divide(self, by: Floats) -> Ranking:
        """The same order with every score divided by its row's positive ``by`` (B,)."""
        return Ranking(self.ids, self.scores / by[:, None], self.count, self.rest)

    def take(self, rows: Ints) -> Ranking:
        """Those ``rows`` (m,)."""
        some = rows.tolist()
        return Ranking(self.ids[rows], self.scores[rows], [self.count[row] for row in some], [self.rest[row] for row in some])

    def mended(self, rows: Ints, other: Ranking) -> Ranking:
        """These with ``rows`` (m,) replaced by those of ``other``, in order."""
        ids, scores, count, rest = self.ids.copy(), self.scores.copy(), [*self.count], [*self.rest]
        ids[rows], scores[rows] = other.ids, other.scores
        for own, row in enumerate(rows.tolist()):
            count[row], rest[row] = other.count[own], other.rest[own]
        return Ranking(ids, scores, count, rest)

    @property
    def top(self) -> Floats:
        """(B,) the largest score."""
        top: Floats = self.scores[:, 0]
        return top

    @lazy
    def weights(self) -> Floats:
        """(B, n) probabilities before normalisation: the largest is 1."""
        weights = self.scores - self.scores[:, :1]
        return np.exp(weights, out=weights)

    @lazy
    def cumulative(self) -> Floats:
        """(B, n) running sum of the weights, which unlike other sums does not depend on what comes behind."""
        return self.weights.cumsum(-1)

    @lazy
    def cumulative_terms(self) -> Floats:
        """(B, n) running sum of weight x ln(weight)."""
        terms = np.maximum(self.scores - self.scores[:, :1], -1e9)  # where the weight is 0, so that the product is
        terms *= self.weights
        return terms.cumsum(-1)


def best(scores: NDArray[Any], n: int) -> Ranking:
    """About ``n`` of the best tokens with a finite score of each row of ``scores`` (B, V); fewer where there is a tie at the end."""
    return _select(scores, n) if n + 1 < scores.shape[1] else _sort(scores)


def _select(scores: NDArray[Any], n: int) -> Ranking:
    size = max(1, _AT_ONCE // scores.shape[1])
    some = [_foremost(scores[start : start + size], n + 1) for start in range(0, len(scores), size)]
    ids, values = _ordered(scores, some[0] if len(some) == 1 else np.concatenate(some))
    rough = _without(values, _columns(scores.shape[1]))  # what was looked at to tell who is among the foremost
    return Ranking(ids, values, (rough > rough[:, -1:]).sum(-1).tolist(), (values[:, -1] > -np.inf).tolist())


def _foremost(scores: NDArray[Any], n: int) -> Ints:
    """(B, n) the ``n`` largest of each row, the largest first, but for the order of those that are ties or nearly so.

    Of a large vocabulary they are looked for in those groups whose largest are the ``n`` largest: no number anywhere else is larger than the
    last of them.
    """
    vocab = scores.shape[1]
    size = math.isqrt(vocab // n)  # of a group, so that there is about as much to do in either partition
    if vocab < _LARGE or size < 4:
        return _carried(scores, n)
    groups = vocab // size
    largest = scores[:, : size * groups].reshape(len(scores), size, groups).max(1)
    ids = (_carried(largest, n)[:, None] + groups * row_numbers(size)).reshape(len(scores), -1)
    if vocab > size * groups:
        ids = np.concatenate([ids, np.broadcast_to(np.arange(size * groups, vocab), (len(scores), vocab - size * groups))], axis=1)
    return at_columns(ids, _carried(at_columns(scores, ids), n))


def _carried(scores: NDArray[Any], n: int) -> Ints:
    """The same by a single partition, of numbers whose last bits hold the column, which so comes along.

    numpy sorts numbers with the widest instructions there are, and the places of numbers one by one: this takes half of that time. The bits
    are such that of equal numbers the first column is the largest: with more of them a positive number is larger, a negative one less.
    """
    vocab = scores.shape[1]
    keys = np.add(scores, 0.0, dtype=np.float64)  # -0.0 is now 0.0, to which it is equal
    if scores.min() == -np.inf:
        np.maximum(keys, _LEAST, out=keys)  # bits in an infinity would make it no number
    bits, columns = keys.view(np.int64), _columns(vocab)
    if scores.dtype != np.float32:  # whose last bits are zero already
        bits &= ~columns
    negative = bits >> 63
    bits |= np.arange(vocab) ^ (~negative & columns)
    if n < vocab:
        keys.partition(vocab - n, axis=-1)
    foremost = np.sort(keys[:, vocab - n :], axis=-1)[:, ::-1]
    ids: Ints = np.ascontiguousarray(foremost).view(np.int64)
    ids ^= ~(ids >> 63)
    ids &= columns
    return ids


def _columns(vocab: int) -> int:
    """The bits that hold a column: at most 29 of a float64's 52, so many as a float32 leaves at zero."""
    return (1 << (vocab - 1).bit_length()) - 1


def _without(values: Floats, bits: int) -> Floats:
    """``values`` with their last ``bits`` at zero."""
    rough: Floats = (values.view(np.int64) & ~bits).view(np.float64)
    return rough


def _sort(scores: NDArray[Any]) -> Ranking:
    ids, values = _ordered(scores, _carried(scores, scores.shape[1]))
    return Ranking(ids, values, (values > -np.inf).sum(-1).tolist(), [False] * len(ids))


def _ordered(scores: NDArray[Any], ids: Ints) -> tuple[Ints, Floats]:
    """``ids`` (B, n), sorted by their ``scores`` (B, V) but for ties and what is nearly so, and those scores: with ties by id."""
    values = _values(scores, ids)
    if (values[:, 1:] > values[:, :-1]).any():
        ids = at_columns(ids, (-values).argsort(-1))
        values = _values(scores, ids)
    tied = values[:, 1:] == values[:, :-1]
    return _order_ties(scores, ids, values, tied) if (tied & (ids[:, 1:] < ids[:, :-1])).any() else (ids, values)


def _order_ties(scores: NDArray[Any], ids: Ints, values: Floats, tied: Bools) -> tuple[Ints, Floats]:
    """``ids`` (B, n) and their ``values`` with those places by id that are ``tied`` (B, n - 1) with the place before them: few of a long list are."""
    member, first = np.zeros((2, *ids.shape), dtype=np.bool_)
    member[:, 1:], first[:, :-1] = tied, tied
    first &= ~member
    member |= first
    places = member.ravel().nonzero()[0]
    vocab = scores.shape[1]
    keys = first.ravel()[places].cumsum() * vocab + ids.ravel()[places]
    keys.sort()  # each tie stays where it is, for its number is larger than that of the tie before
    keys %= vocab
    ids, values = ids.copy(), values.copy()
    ids.ravel()[places] = keys
    values.ravel()[places] = scores[places // ids.shape[1], keys]  # once more, for 0.0 and -0.0 are tied and yet differ
    return ids, values


def _values(scores: NDArray[Any], ids: Ints) -> Floats:
    return at_columns(scores, ids).astype(np.float64, copy=False)


def at_columns(table: NDArray[Any], columns: Ints) -> NDArray[Any]:
    """(B, n) of ``table`` (B, m), at ``columns`` (B, n) of each row: as places of the flat table, which takes a third of the time of two indices."""
    picked: NDArray[Any] = table.take(columns if len(table) == 1 else columns + table.shape[1] * row_numbers(len(table)))
    return picked
