"""Where given tokens stand in scores: score, rank, probability, mass ahead. Knows nothing of stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.scores import Listed


@dataclass(frozen=True, eq=False)
class Standing:
    """K tokens of each row in one place of the pipeline. Void for tokens that are gone by then."""

    scores: Floats  # (B, K) -inf where gone
    ranks: Ints  # (B, K) from 1, 0 where gone
    probabilities: Floats  # (B, K)
    mass_before: Floats  # (B, K) probability of the tokens ahead


@dataclass(frozen=True, eq=False)
class Standings:
    """The same K tokens of each row in S places. Most are found on the lists; the few beyond them are looked up one by one."""

    listed: Sequence[Listed]  # (S,)
    ids: Ints  # (B, K)

    def at(self, place: int) -> Standing:
        return Standing(self.scores[place], self.ranks[place], self.probabilities[place], self._mass_before(place))

    @cached_property
    def _column(self) -> Ints:
        """(S, B, K) in the list, -1 where it is not on it. Cuts and temperature leave the order alone, so few orders are distinct."""
        orders = {id(listed.ranking.ids): listed for listed in self.listed}
        columns = {key: _find(self.ids, listed.ranking.ids, listed.vocab) for key, listed in orders.items()}
        return np.array([columns[id(listed.ranking.ids)] for listed in self.listed])

    @cached_property
    def _on_list(self) -> Bools:
        """(S, B, K)"""
        count = np.array([listed.count for listed in self.listed])
        on_list: Bools = (self._column >= 0) & (self._column < count[:, :, None])
        return on_list

    @cached_property
    def _beyond(self) -> list[tuple[int, int, int]]:
        """Place, row and column of each token that may survive beyond its list."""
        missing = ~self._on_list & np.array([listed.rest for listed in self.listed])[:, :, None]
        return [(s, b, k) for s, b, k in np.argwhere(missing).tolist()] if missing.any() else []

    def _ahead(self, place: int, row: int, column: int) -> Bools:
        """(V,) the tokens that come before this one, were they all listed."""
        scores, token = self.listed[place].source.scores[row], int(self.ids[row, column])
        ahead: Bools = scores > scores[token]
        ahead[:token] |= scores[:token] == scores[token]
        return ahead

    @cached_property
    def scores(self) -> Floats:
        """(S, B, K); -inf where gone."""
        rows = row_numbers(len(self.ids))
        on_lists = [listed.ranking.scores[rows, column] for listed, column in zip(self.listed, self._column, strict=True)]
        scores = np.where(self._on_list, np.array(on_lists), -np.inf)
        for place, row, column in self._beyond:
            scores[place, row, column] = self.listed[place].source.scores[row, self.ids[row, column]]
        return scores

    @cached_property
    def ranks(self) -> Ints:
        """(S, B, K) from 1; 0 where gone."""
        ranks: Ints = np.where(self._on_list, self._column + 1, 0)
        for place, row, column in self._survivors_beyond():
            ranks[place, row, column] = 1 + np.count_nonzero(self._ahead(place, row, column))
        return ranks

    @cached_property
    def probabilities(self) -> Floats:
        """(S, B, K); 0 where gone."""
        probabilities: Floats = np.exp(self.scores - np.array([listed.logsumexp for listed in self.listed])[:, :, None])
        return probabilities

    def _mass_before(self, place: int) -> Floats:
        """(B, K) probability of the tokens ahead."""
        listed, column = self.listed[place], self._column[place]
        mass = np.where(column > 0, listed.reach[row_numbers(len(self.ids)), column - 1], 0.0)
        for at, row, k in self._survivors_beyond():
            if at == place:
                ahead = listed.source.scores[row][self._ahead(place, row, k)]
                mass[row, k] = np.exp(ahead - listed.logsumexp[row]).sum()
        return mass

    def _survivors_beyond(self) -> Iterator[tuple[int, int, int]]:
        return ((place, row, column) for place, row, column in self._beyond if self.scores[place, row, column] > -np.inf)


def _find(ids: Ints, order: Ints, vocab: int) -> Ints:
    """(B, K) the column of each of ``ids`` (B, K) in its row of ``order`` (B, n), -1 where it is not there.

    An inverse permutation in memory that is never cleared (Briggs and Torczon 1993): what was not written is found out by
    looking back. Clearing it would cost more than all the rest for a large vocabulary.
    """
    rows, width = row_numbers(len(ids)), order.shape[1]
    inverse: Ints = np.empty((len(ids), vocab), dtype=np.int64)
    inverse[rows, order] = np.arange(width)
    column = inverse[rows, ids]
    column[(column < 0) | (column >= width)] = 0
    return np.where(order[rows, column] == ids, column, -1)
