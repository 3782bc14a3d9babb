"""Where given tokens stand in scores: score, rank, probability, mass ahead. Knows nothing of stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.lazy import lazy
from inference.sampling.scores import Listed


@dataclass(frozen=True, eq=False)
class Standings:
    """K tokens of each of B rows in S places of the pipeline. Most are on the lists; the few beyond them are looked up one by one."""

    listed: Sequence[Listed]  # (S,)
    logsumexp: Floats  # (S, B)
    ids: Ints  # (B, K)

    def at(self, place: int) -> Standing:
        return Standing(self, place)

    @lazy
    def column(self) -> Ints:
        """(S, B, K) in the list, -1 where it is not on it. Cuts and temperature leave the order alone, so few orders are distinct."""
        orders = {id(listed.ranking.ids): listed for listed in self.listed}
        columns = {key: _find(self.ids, listed.ranking.ids, listed.vocab) for key, listed in orders.items()}
        return np.array([columns[id(listed.ranking.ids)] for listed in self.listed])

    @lazy
    def _on_list(self) -> Bools:
        """(S, B, K)"""
        count = np.array([listed.count for listed in self.listed])
        on_list: Bools = (self.column >= 0) & (self.column < count[:, :, None])
        return on_list

    @lazy
    def beyond(self) -> list[tuple[int, int, int]]:
        """Place, row and column of each token that survives beyond its list."""
        beyond = []
        for place, (listed, on_list) in enumerate(zip(self.listed, self._on_list, strict=True)):
            if any(listed.rest) and not on_list.all():
                missing = [(row, column) for row, column in np.argwhere(~on_list).tolist() if listed.rest[row]]
                alive = listed.source.scores
                beyond += [(place, row, column) for row, column in missing if alive[row, self.ids[row, column]] > -np.inf]
        return beyond

    def ahead(self, place: int, row: int, column: int) -> Bools:
        """(V,) the tokens that come before this one, were they all listed."""
        scores, token = self.listed[place].source.scores[row], int(self.ids[row, column])
        ahead: Bools = scores > scores[token]
        ahead[:token] |= scores[:token] == scores[token]
        return ahead

    @lazy
    def scores(self) -> Floats:
        """(S, B, K); -inf where gone."""
        rows = row_numbers(len(self.ids))
        on_lists = [listed.ranking.scores[rows, column] for listed, column in zip(self.listed, self.column, strict=True)]
        scores = np.where(self._on_list, on_lists, -np.inf)
        for place, row, column in self.beyond:
            scores[place, row, column] = self.listed[place].source.scores[row, self.ids[row, column]]
        return scores

    @lazy
    def ranks(self) -> Ints:
        """(S, B, K) from 1; 0 where gone."""
        ranks: Ints = np.where(self._on_list, self.column + 1, 0)
        for place, row, column in self.beyond:
            ranks[place, row, column] = 1 + np.count_nonzero(self.ahead(place, row, column))
        return ranks

    @lazy
    def probabilities(self) -> Floats:
        """(S, B, K); 0 where gone."""
        probabilities: Floats = np.exp(self.scores - self.logsumexp[:, :, None])
        return probabilities


@dataclass(frozen=True, eq=False)
class Standing:
    """The K tokens of each row in one place. Void for tokens that are gone by then."""

    all: Standings
    place: int

    @property
    def ranks(self) -> Floats:
        """(B, K) from 1."""
        ranks: Floats = self.all.ranks[self.place].astype(np.float64)
        return ranks

    @property
    def scores(self) -> Floats:
        """(B, K)"""
        scores: Floats = self.all.scores[self.place]
        return scores

    @property
    def probabilities(self) -> Floats:
        """(B, K)"""
        probabilities: Floats = self.all.probabilities[self.place]
        return probabilities

    @property
    def surprise(self) -> Floats:
        """(B, K) -ln of the probabilities."""
        surprise: Floats = self.all.logsumexp[self.place][:, None] - self.all.scores[self.place]
        return surprise

    @property
    def entropy(self) -> Floats:
        """(B,) of the whole distribution, in nats."""
        listed = self.all.listed[self.place]
        return np.array([listed.summary(row).entropy for row in range(len(listed.count))])

    @property
    def mass_before(self) -> Floats:
        """(B, K) probability of the tokens ahead."""
        column, reach = self.all.column[self.place], self.all.listed[self.place].reach
        mass = np.where(column > 0, reach[row_numbers(len(column)), column - 1], 0.0)
        for row, k in self._beyond():
            mass[row, k] = self._mass_beyond(row, k)
        return mass

    def _beyond(self) -> Iterator[tuple[int, int]]:
        return ((row, k) for place, row, k in self.all.beyond if place == self.place)

    def _mass_beyond(self, row: int, k: int) -> float:
        scores = self.all.listed[self.place].source.scores[row][self.all.ahead(self.place, row, k)]
        return float(np.exp(scores - self.all.logsumexp[self.place, row]).sum())


def _find(ids: Ints, order: Ints, vocab: int) -> Ints:
    """(B, K) the column of each of ``ids`` (B, K) in its row of ``order`` (B, n), -1 where it is not there."""
    rows = row_numbers(len(ids))
    inverse: Ints = np.zeros((len(ids), vocab), dtype=np.int64)  # one more than the column; memory that is not touched costs nothing
    inverse[rows, order] = np.arange(1, order.shape[1] + 1)
    columns: Ints = inverse[rows, ids]
    columns -= 1
    return columns
