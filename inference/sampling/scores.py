"""The scores of B rows at one point of the pipeline: ``Dense`` over the whole vocabulary, or ``Listed``, best first.

Stages are written against what the two have in common, so each stage exists once. Both are values: no operation changes them. All
arithmetic is float64, and no sum depends on how many rows, or columns of padding, surround it: a row's numbers are the same
alone and in a batch. Knows nothing of parameters.

A pipeline starts dense. The first stage that cuts turns it into a list of the ``head`` best tokens of each row, on which everything
else is cheap. Where a row would have to look past the end of its list it is marked ``short``: its numbers are then void, and the
caller runs that row again with a longer list. That is how the fast path stays exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.lazy import lazy
from inference.sampling.ranking import Ranking, at_columns, best

FAR_BELOW = -1e9  # exp of this is 0, and 0 times this is 0, which 0 times -inf is not


@dataclass(frozen=True, eq=False)
class Cells:
    """Single tokens of single rows, M in all."""

    rows: Ints  # (M,)
    ids: Ints  # (M,)


class Summary(NamedTuple):
    """One row as a whole, as numbers of Python: for single numbers these are many times faster than those of numpy."""

    survivors: int  # tokens with a finite score
    logsumexp: float
    entropy: float  # nats, of softmax(scores)


def _summary(survivors: int, top: float, total: float, terms: float) -> Summary:
    """``total`` and ``terms`` are the sums of the weights, and of weight x ln(weight)."""
    log = math.log(total)
    return Summary(survivors, top + log, log - terms / total)


@dataclass(frozen=True, eq=False)
class Field:
    """A score for every token, -inf where removed, and the sums over it. Every row has at least one finite score."""

    scores: Floats  # (B, V)

    @lazy
    def top(self) -> Floats:
        """(B,) the largest score."""
        top: Floats = self.scores.max(-1)
        return top

    @lazy
    def _shifted(self) -> Floats:
        return self.scores - self.top[:, None]

    @lazy
    def weights(self) -> Floats:
        """(B, V) probabilities before normalisation: the largest is 1."""
        return np.exp(self._shifted)

    @lazy
    def total(self) -> Floats:
        """(B,) sum of the weights."""
        total: Floats = self.weights.sum(-1)
        return total

    @lazy
    def terms(self) -> Floats:
        """(B,) sum of weight x ln(weight)."""
        shifted = self._shifted if int(self.survivors.min()) == self.scores.shape[1] else np.maximum(self._shifted, FAR_BELOW)
        terms: Floats = (shifted * self.weights).sum(-1)
        return terms

    @lazy
    def survivors(self) -> Ints:
        """(B,) tokens with a finite score."""
        survivors: Ints = (self.scores > -np.inf).sum(-1)
        return survivors

    @lazy
    def summaries(self) -> list[Summary]:
        """(B,) what a trace says of each row as a whole."""
        numbers = (self.survivors, self.top, self.total, self.terms)
        return [_summary(*row) for row in zip(*(number.tolist() for number in numbers), strict=True)]

    def summary(self, row: int) -> Summary:
        """That of one row."""
        return self.summaries[row]

    def deviation(self, row: int) -> float:
        """The standard deviation of the finite scores of one row."""
        return _deviation(self.scores[row][self.scores[row] > -np.inf])

    def divide(self, by: Floats) -> Field:
        """Every score divided by its row's ``by`` (B,)."""
        return Field(self.scores / by[:, None])


@dataclass(frozen=True, eq=False)
class Dense:
    """Scores of the whole vocabulary."""

    field: Field
    head: int  # tokens to list per row once a list is needed
    short: list[bool]  # (B,) this row's numbers are void, see above
    known: Ranking | None = None  # the order, where it has been found already

    @classmethod
    def start(cls, scores: Floats, head: int) -> Dense:
        return cls(Field(scores), head, [False] * len(scores))

    @lazy
    def listed(self) -> Listed:
        """The ``head`` best tokens of each row."""
        ranking = self.known or best(self.field.scores, self.head)
        short = [short or not count for short, count in zip(self.short, ranking.count, strict=True)]
        return Listed(ranking, ranking.count, [False] * len(short), short, self.field, self.head)

    @property
    def spread(self) -> Dense:
        return self

    def summary(self, row: int) -> Summary:
        """What a trace says of one row as a whole."""
        return self.field.summary(row)

    @property
    def best_ids(self) -> Ints:
        """(B,) the token with the largest score; the lowest id of several."""
        ids: Ints = self.field.scores.argmax(-1)
        return ids

    def at(self, cells: Cells) -> Floats:
        """(M,) scores of ``cells``."""
        scores: Floats = self.field.scores[cells.rows, cells.ids]
        return scores

    def edit(self, cells: Cells, values: Floats) -> Dense:
        """These scores with ``values`` (M,) at ``cells``."""
        scores = self.field.scores.copy()
        scores[cells.rows, cells.ids] = values
        return self.replaced(scores)

    def replaced(self, scores: Floats) -> Dense:
        """``scores`` (B, V) in place of these."""
        return Dense(Field(scores), self.head, self.short)

    def divide(self, by: Floats) -> Dense:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        known = self.listed.ranking if "listed" in self.__dict__ else self.known
        return Dense(self.field.divide(by), self.head, self.short, known and known.divide(by))


@dataclass(frozen=True, eq=False)
class Listed:
    """The survivors of each row, best first: the first ``count[b]`` columns of ``ranking``. What follows them was removed here."""

    ranking: Ranking  # (B, n)
    count: list[int]  # (B,)
    cut: list[bool]  # (B,) whether anything has been removed since ``source`` was listed, if only what is not on the list
    short: list[bool]  # (B,) this row's numbers are void: the list was too short for what was asked of it
    source: Field  # what was listed
    head: int  # as in ``Dense``

    @property
    def listed(self) -> Listed:
        return self

    @property
    def vocab(self) -> int:
        return int(self.source.scores.shape[1])

    @lazy
    def rest(self) -> list[bool]:
        """(B,) there are survivors beyond the list."""
        return [rest and not cut for rest, cut in zip(self.ranking.rest, self.cut, strict=True)]

    @property
    def top(self) -> Floats:
        """(B,) the largest score."""
        return self.ranking.top

    @lazy
    def total(self) -> Floats:
        """(B,) sum of the weights of all survivors."""
        if not any(self.cut):
            return self.source.total
        cumulative = self.ranking.cumulative
        rows = enumerate(zip(self.cut, self.count, strict=True))
        return np.array([cumulative[row, count - 1] if cut else self.source.total[row] for row, (cut, count) in rows])

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
    def summaries(self) -> list[Summary]:
        """(B,) what a trace says of each row as a whole."""
        if not any(self.cut):
            return self.source.summaries
        whole = [] if all(self.cut) else self.source.summaries
        rows, last = np.arange(len(self.count)), np.array(self.count) - 1
        sums = (self.top, self.ranking.cumulative[rows, last], self.ranking.cumulative_terms[rows, last])
        ends = zip(self.count, *(one.tolist() for one in sums), strict=True)
        return [_summary(*end) if cut else whole[row] for row, (cut, end) in enumerate(zip(self.cut, ends, strict=True))]

    def summary(self, row: int) -> Summary:
        """That of one row."""
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

    def _source_without(self, gone: Bools) -> Field:
        if all(self.cut):  # nobody will ask for it
            return self.source
        rows, columns = gone.nonzero()
        scores = self.source.scores.copy()
        scores[rows, self.ranking.ids[rows, columns]] = -np.inf
        return Field(scores)

    def shorten(self, short: list[bool]) -> Listed:
        """The same, where rows that are ``short`` (B,) are void."""
        marked = [was or now for was, now in zip(self.short, short, strict=True)]
        return Listed(self.ranking, self.count, self.cut, marked, self.source, self.head)

    def deviation(self, row: int) -> float:
        """The standard deviation of the scores of one row's survivors."""
        return _deviation(self.ranking.scores[row, : self.count[row]]) if self.cut[row] else self.source.deviation(row)

    def divide(self, by: Floats) -> Listed:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        source = self.source if all(self.cut) else self.source.divide(by)
        return Listed(self.ranking.divide(by), self.count, self.cut, self.short, source, self.head)

    @lazy
    def spread(self) -> Dense:
        """The same scores over the whole vocabulary again."""
        scores = self.source.scores.copy()
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
