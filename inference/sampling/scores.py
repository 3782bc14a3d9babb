"""The scores of B rows at one point of the pipeline: ``Dense`` over the whole vocabulary, or ``Listed``, best first.

Stages are written against what the two have in common, so each stage exists once. Both are values: no operation changes them. All
arithmetic is float64, and no sum depends on how many rows, or columns of padding, surround it: a row's numbers are the same
alone and in a batch. Knows nothing of parameters.

A pipeline starts dense. The first stage that cuts turns it into a list of the ``head`` best tokens of each row, on which everything
else is cheap. Where a row would have to look past the end of its list it is marked ``short``: its numbers are then void, and the
caller runs that row again with ``head`` = V. That is how the fast path stays exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.ranking import Ranking, best

FAR_BELOW = -1e9  # exp of this is 0, and 0 times this is 0, which 0 times -inf is not


@dataclass(frozen=True, eq=False)
class Cells:
    """Single tokens of single rows, M in all."""

    rows: Ints  # (M,)
    ids: Ints  # (M,)


@dataclass(frozen=True, eq=False)
class Dense:
    """A score for every token, -inf where removed. Every row has at least one finite score."""

    scores: Floats  # (B, V)
    head: int  # tokens to list per row once a list is needed
    short: Bools  # (B,) this row's numbers are void, see above
    known: Ranking | None = None  # the order, where it has been found already

    @classmethod
    def start(cls, scores: Floats, head: int) -> Dense:
        return cls(scores, head, np.zeros(len(scores), dtype=bool))

    @property
    def vocab(self) -> int:
        return int(self.scores.shape[1])

    @cached_property
    def top(self) -> Floats:
        """(B,) the largest score."""
        top: Floats = self.scores.max(-1)
        return top

    @cached_property
    def _shifted(self) -> Floats:
        return self.scores - self.top[:, None]

    @cached_property
    def weights(self) -> Floats:
        """(B, V) probabilities before normalisation: the largest is 1."""
        return np.exp(self._shifted)

    @cached_property
    def total(self) -> Floats:
        """(B,) sum of the weights."""
        total: Floats = self.weights.sum(-1)
        return total

    @cached_property
    def logsumexp(self) -> Floats:
        """(B,)"""
        return self.top + np.log(self.total)

    @cached_property
    def entropy(self) -> Floats:
        """(B,) of softmax(scores), in nats."""
        weighted = (self.weights * np.maximum(self._shifted, FAR_BELOW)).sum(-1)
        entropy: Floats = np.log(self.total) - weighted / self.total
        return entropy

    @cached_property
    def survivors(self) -> Ints:
        """(B,) tokens with a finite score."""
        survivors: Ints = np.count_nonzero(self.scores > -np.inf, axis=-1)
        return survivors

    @cached_property
    def listed(self) -> Listed:
        """The ``head`` best tokens of each row."""
        ranking = self.known or best(self.scores, self.head)
        return Listed(ranking.ids, ranking.scores, ranking.count, ranking.rest, self.short | (ranking.count == 0), self)

    @cached_property
    def best_ids(self) -> Ints:
        """(B,) the token with the largest score; the lowest id of several."""
        ids: Ints = self.scores.argmax(-1)
        return ids

    def at(self, cells: Cells) -> Floats:
        """(M,) scores of ``cells``."""
        scores: Floats = self.scores[cells.rows, cells.ids]
        return scores

    def edit(self, cells: Cells, values: Floats) -> Dense:
        """These scores with ``values`` (M,) at ``cells``."""
        scores = self.scores.copy()
        scores[cells.rows, cells.ids] = values
        return Dense(scores, self.head, self.short)

    def divide(self, by: Floats) -> Dense:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        known = self.listed.ranking.divide(by) if "listed" in self.__dict__ else None
        return Dense(self.scores / by[:, None], self.head, self.short, known)


@dataclass(frozen=True, eq=False)
class Listed:
    """The survivors of each row, best first. From column ``count[b]`` on there is padding: any id, score -inf."""

    ids: Ints  # (B, n)
    scores: Floats  # (B, n)
    count: Ints  # (B,)
    rest: Bools  # (B,) nothing has been cut here yet, and there are survivors beyond the list
    short: Bools  # (B,) this row's numbers are void: the list was too short for what was asked of it
    source: Dense  # what was listed; holds the rest

    @property
    def vocab(self) -> int:
        return self.source.vocab

    @property
    def listed(self) -> Listed:
        return self

    @cached_property
    def top(self) -> Floats:
        """(B,) the largest score (for a void row, a number that does no harm)."""
        return np.maximum(self.scores[:, 0], -1e300)

    @cached_property
    def _shifted(self) -> Floats:
        return self.scores - self.top[:, None]

    @cached_property
    def weights(self) -> Floats:
        """(B, n) probabilities before normalisation: the largest is 1, those of removed tokens 0."""
        return np.exp(self._shifted)

    @cached_property
    def cumulative(self) -> Floats:
        """(B, n) running sum of the weights."""
        return np.cumsum(self.weights, axis=-1)

    @cached_property
    def total(self) -> Floats:
        """(B,) sum of the weights of all survivors. Taken from the running sum, which padding does not change."""
        total: Floats = self.cumulative[:, -1]
        return np.where(self.rest, self.source.total, total) if self.rest.any() else total

    @cached_property
    def logsumexp(self) -> Floats:
        """(B,)"""
        return self.top + np.log(self.total)

    @cached_property
    def entropy(self) -> Floats:
        """(B,) of softmax(scores), in nats."""
        weighted = np.cumsum(self.weights * np.maximum(self._shifted, FAR_BELOW), axis=-1)[:, -1]
        entropy: Floats = np.log(self.total) - weighted / self.total
        return np.where(self.rest, self.source.entropy, entropy) if self.rest.any() else entropy

    @cached_property
    def survivors(self) -> Ints:
        """(B,) tokens with a finite score."""
        return np.where(self.rest, self.source.survivors, self.count)

    @cached_property
    def best_ids(self) -> Ints:
        """(B,)"""
        ids: Ints = self.ids[:, 0]
        return ids

    @cached_property
    def mass_before(self) -> Floats:
        """(B, n) probability of the tokens ahead of each."""
        ahead = np.zeros_like(self.cumulative)
        ahead[:, 1:] = self.cumulative[:, :-1]
        return ahead / self.total[:, None]

    def keep(self, passes: Bools, active: Bools, at_least: Ints) -> Listed:
        """The tokens that pass, and in any case the ``at_least`` (B,) best. Rows that are not ``active`` (B,) stay as they are.

        ``passes`` (B, n) must be true from the left up to some column: what passes is better than what does not. If
        everything on the list passes, what is beyond it might as well, so that row is short.
        """
        passes = passes | (np.arange(passes.shape[1]) < at_least[:, None]) | ~active[:, None]
        passes &= self.scores > -np.inf
        count = np.count_nonzero(passes, axis=-1)
        short = self.short | (active & self.rest & (count == self.count))
        width = max(1, int(count.max()))
        scores = np.where(passes, self.scores, -np.inf)[:, :width]
        return Listed(self.ids[:, :width], scores, count, self.rest & ~active, short, self.source)

    @property
    def ranking(self) -> Ranking:
        return Ranking(self.ids, self.scores, self.count, self.rest)

    def divide(self, by: Floats) -> Listed:
        """Every score divided by its row's positive ``by`` (B,), which leaves the order as it is."""
        source = self.source.divide(by) if self.rest.any() else self.source
        return Listed(self.ids, self.scores / by[:, None], self.count, self.rest, self.short, source)

    @cached_property
    def spread(self) -> Dense:
        """The same scores over the whole vocabulary again."""
        scores = np.full(self.source.scores.shape, -np.inf)
        scores[row_numbers(len(scores)), self.ids] = self.scores
        scores[self.rest] = self.source.scores[self.rest]
        return Dense(scores, self.source.head, self.short)

    def at(self, cells: Cells) -> Floats:
        """(M,) scores of ``cells``."""
        return self.spread.at(cells)

    def edit(self, cells: Cells, values: Floats) -> Dense:
        """These scores with ``values`` (M,) at ``cells``."""
        return self.spread.edit(cells, values)


Scores = Dense | Listed
