"""The scores of B rows at one point of the pipeline: ``Dense`` over the whole vocabulary, or ``Listed``, best first.

Stages are written against what the two have in common, so each stage exists once. Both are values: no operation changes them. All
arithmetic is float64, and no sum depends on how many rows, or columns of padding, surround it: a row's numbers are the same
alone and in a batch. Knows nothing of parameters.

A pipeline starts dense. The first stage that cuts turns it into a list of the ``head`` best tokens of each row, on which everything
else is cheap. Where a row would have to look past the end of its list it is marked ``short``: its numbers are then void, and the
caller runs that row again with a longer list. That is how the fast path stays exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.field import Field, Summary, Sums, Whole
from inference.sampling.lazy import lazy
from inference.sampling.ranking import Ranking, at_columns


@dataclass(frozen=True, eq=False)
class Cells:
    """Single tokens of single rows, M in all."""

    rows: Ints  # (M,)
    ids: Ints  # (M,)


@dataclass(frozen=True, eq=False)
class Dense:
    """Scores of the whole vocabulary."""

    field: Whole
    head: int  # tokens to list per row once a list is needed
    short: list[bool]  # (B,) this row's numbers are void, see above

    @classmethod
    def start(cls, scores: NDArray[Any], head: int) -> Dense:
        """``scores`` (B, V) of any float type, which are left as they are."""
        return cls.over(Field(np.ascontiguousarray(scores)), head)  # in any other order sums would differ in the last bit

    @classmethod
    def over(cls, field: Whole, head: int) -> Dense:
        return cls(field, head, [False] * len(field.top))

    @lazy
    def listed(self) -> Listed:
        """The ``head`` best tokens of each row."""
        ranking = self.field.ranking(self.head)
        short = [short or not count for short, count in zip(self.short, ranking.count, strict=True)]
        return Listed(ranking, ranking.count, [False] * len(short), short, self.field, self.head)

    def take(self, rows: Ints) -> Dense:
        """Those ``rows`` (m,) by themselves."""
        return Dense(self.field.take(rows), self.head, [self.short[row] for row in rows.tolist()])

    def mended(self, rows: Ints, other: Dense) -> Dense:
        """These with ``rows`` (m,) replaced by those of ``other``, which have been made of them."""
        assert isinstance(other.field, Field)
        return Dense(self.field.mended(rows, other.field), self.head, self.short)

    @property
    def spread(self) -> Dense:
        return self

    def summary(self, row: int) -> Summary:
        """What a trace says of one row as a whole."""
        return self.listed.summary(row)

    @property
    def best_ids(self) -> Ints:
        """(B,) the token with the largest score; the lowest id of several."""
        return self.field.best_ids

    def at(self, cells: Cells) -> Floats:
        """(M,) scores of ``cells``."""
        return self.field.at(cells.rows, cells.ids)

    def edit(self, cells: Cells, values: Floats) -> Dense:
        """These scores with ``values`` (M,) at ``cells``."""
        scores = self.field.written()
        scores[cells.rows, cells.ids] = values
        return self.replaced(scores)

    def replaced(self, scores: Floats) -> Dense:
        """``scores`` (B, V) in place of these."""
        return Dense(self.field.replaced(scores), self.head, self.short)

    def divide(self, by: Floats) -> Dense:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        return Dense(self.field.divide(by), self.head, self.short)


@dataclass(frozen=True, eq=False)
class Listed:
    """The survivors of each row, best first: the first ``count[b]`` columns of ``ranking``. What follows them was removed here."""

    ranking: Ranking  # (B, n)
    count: list[int]  # (B,)
    cut: list[bool]  # (B,) whether anything has been removed since ``source`` was listed, if only what is not on the list
    short: list[bool]  # (B,) this row's numbers are void: the list was too short for what was asked of it
    source: Whole  # what was listed
    head: int  # as in ``Dense``

    @property
    def listed(self) -> Listed:
        return self

    @property
    def vocab(self) -> int:
        return self.source.vocab

    @lazy
    def rest(self) -> list[bool]:
        """(B,) there are survivors beyond the list."""
        return [rest and not cut for rest, cut in zip(self.ranking.rest, self.cut, strict=True)]

    @property
    def top(self) -> Floats:
        """(B,) the largest score."""
        return self.ranking.top

    @lazy
    def _ends(self) -> Ints:
        """(B,) the last column of each row."""
        return np.array(self.count) - 1

    @lazy
    def total(self) -> Floats:
        """(B,) sum of the weights of all survivors."""
        return self._ended(self.ranking.cumulative) if all(self.cut) else self._mixed(self.source.total, lambda: self.ranking.cumulative)

    @lazy
    def terms(self) -> Floats:
        """(B,) sum of weight x ln(weight) of all survivors."""
        ranking = self.ranking
        return self._ended(ranking.cumulative_terms) if all(self.cut) else self._mixed(self.source.terms, lambda: ranking.cumulative_terms)

    def _ended(self, cumulative: Floats) -> Floats:
        """(B,) where each row ends."""
        ended: Floats = cumulative[np.arange(len(self.count)), self._ends]
        return ended

    def _mixed(self, whole: Floats, cumulative: Callable[[], Floats]) -> Floats:
        """(B,) ``whole`` (B,) where nothing has been cut."""
        return np.where(self.cut, self._ended(cumulative()), whole) if any(self.cut) else whole

    @property
    def sums(self) -> Sums:
        return Sums(self.total, self.terms)

    @lazy
    def reach(self) -> Floats:
        """(B, n) probability of each token together with those ahead of it."""
        return self.ranking.cumulative / self.total[:, None]

    @property
    def best_ids(self) -> Ints:
        """(B,)"""
        ids: Ints = self.ranking.ids[:, 0]
        return ids

    @lazy
    def survivors(self) -> Ints:
        """(B,) tokens that are left."""
        if not any(self.cut):
            return self.source.survivors
        return self._ends + 1 if all(self.cut) else np.where(self.cut, self._ends + 1, self.source.survivors)

    @lazy
    def logsumexp(self) -> Floats:
        """(B,) of the scores."""
        logsumexp: Floats = self.top + np.log(self.total)
        return logsumexp

    @lazy
    def entropy(self) -> Floats:
        """(B,) nats."""
        return self.sums.entropy

    @lazy
    def summaries(self) -> list[Summary]:
        """(B,) each row as a whole."""
        columns = (self.survivors, self.logsumexp, self.entropy)
        return [Summary(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def summary(self, row: int) -> Summary:
        """One row as a whole."""
        return self.summaries[row]

    def logprob(self, row: int, column: int) -> float:
        """ln of the probability of the token in ``column`` of the list."""
        return float(self.ranking.scores[row, column]) - self.summary(row).logsumexp

    def keep(self, wanted: Ints, active: list[bool], at_least: list[int]) -> Listed:
        """The ``wanted`` (B,) best tokens, and in any case ``at_least`` (B,). Rows that are not ``active`` (B,) stay as they are.

        A row that would keep everything on its list may have to keep something beyond it, and is short.
        """
        bounds = zip(wanted.tolist(), at_least, self.count, active, strict=True)
        count = [min(max(best, least), listed) if on else listed for best, least, listed, on in bounds]
        ends = zip(self.short, active, self.rest, count, self.count, strict=True)
        short = [was or (on and rest and kept == listed) for was, on, rest, kept, listed in ends]
        return Listed(self.ranking, count, [cut or on for cut, on in zip(self.cut, active, strict=True)], short, self.source, self.head)

    def drop(self, gone: Bools) -> Listed:
        """These scores without the listed tokens at ``gone`` (B, n). What is beyond the list stays, and so does the order."""
        if not gone.any():
            return self
        order = gone.argsort(-1, kind="stable")  # what stays comes first
        scores = np.where(gone, -np.inf, self.ranking.scores)
        count = [count - fewer for count, fewer in zip(self.count, gone.sum(-1).tolist(), strict=True)]
        ranking = Ranking(at_columns(self.ranking.ids, order), at_columns(scores, order), count, self.ranking.rest)
        return Listed(ranking, count, self.cut, self.short, self._source_without(gone), self.head)

    def _source_without(self, gone: Bools) -> Whole:
        if all(self.cut):  # nobody will ask for it
            return self.source
        rows, columns = gone.nonzero()
        scores = self.source.written()
        scores[rows, self.ranking.ids[rows, columns]] = -np.inf
        return Field(scores)

    def shorten(self, short: list[bool]) -> Listed:
        """The same, where rows that are ``short`` (B,) are void."""
        marked = [was or now for was, now in zip(self.short, short, strict=True)]
        return Listed(self.ranking, self.count, self.cut, marked, self.source, self.head)

    def deviation(self, row: int) -> float:
        """The standard deviation of the scores of one row's survivors."""
        if self.cut[row]:
            return _deviation(self.ranking.scores[row, : self.count[row]])
        scores = self.source.row(row)
        return _deviation(scores[scores > -np.inf])

    def divide(self, by: Floats) -> Listed:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        source = self.source if all(self.cut) else self.source.divide(by)
        return Listed(self.ranking.divide(by), self.count, self.cut, self.short, source, self.head)

    @lazy
    def spread(self) -> Dense:
        """The same scores over the whole vocabulary again."""
        scores = self.source.written()
        for row, (cut, count) in enumerate(zip(self.cut, self.count, strict=True)):
            if cut:
                scores[row] = -np.inf
                scores[row, self.ranking.ids[row, :count]] = self.ranking.scores[row, :count]
        return Dense(Field(scores), self.head, self.short)

    def at(self, cells: Cells) -> Floats:
        """(M,) scores of ``cells``."""
        return self.spread.at(cells)

    def edit(self, cells: Cells, values: Floats) -> Dense:
        """These scores with ``values`` (M,) at ``cells``."""
        return self.spread.edit(cells, values)


def _deviation(scores: Floats) -> float:
    """The standard deviation of ``scores`` (n,), of which a void row has none."""
    return float(scores.std()) if len(scores) else 0.0


Scores = Dense | Listed
