"""Where given tokens stand in scores: score, rank, mass ahead. Knows nothing of stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.scores import Listed


@dataclass(frozen=True, eq=False)
class Standing:
    """K tokens of each row in ``listed``. Most are found on the list; the few beyond it are looked up one by one."""

    listed: Listed
    ids: Ints  # (B, K)

    @cached_property
    def _place(self) -> Ints:
        """(B, K) columns of the list; arbitrary where the token is not on it.

        An inverse permutation in memory that is never cleared (Briggs and Torczon 1993): what was not written is found out by
        looking back. Clearing it would cost more than all the rest for a large vocabulary.
        """
        rows, listed = row_numbers(len(self.ids)), self.listed.ranking.ids
        places: Ints = np.empty(self.listed.source.scores.shape, dtype=np.int64)
        places[rows, listed] = np.arange(listed.shape[1])
        place = places[rows, self.ids]
        return np.where((place >= 0) & (place < listed.shape[1]), place, 0)

    @cached_property
    def _on_list(self) -> Bools:
        rows = row_numbers(len(self.ids))
        on_list: Bools = (self.listed.ranking.ids[rows, self._place] == self.ids) & (self._place < self.listed.count[:, None])
        return on_list

    def _beyond(self) -> Iterator[tuple[int, int, Floats, Bools]]:
        """Row, column, scores of the row (V,) and the tokens ahead (V,) of each token that survives beyond the list."""
        source = self.listed.source.scores
        for row, column in np.argwhere(~self._on_list & self.listed.rest[:, None]):
            scores, token = source[row], self.ids[row, column]
            if scores[token] > -np.inf:
                ahead = scores > scores[token]
                ahead[:token] |= scores[:token] == scores[token]
                yield int(row), int(column), scores, ahead

    @cached_property
    def scores(self) -> Floats:
        """(B, K); -inf where removed."""
        scores = np.where(self._on_list, self.listed.ranking.scores[row_numbers(len(self.ids)), self._place], -np.inf)
        for row, column, all_scores, _ in self._beyond():
            scores[row, column] = all_scores[self.ids[row, column]]
        return scores

    @cached_property
    def ranks(self) -> Ints:
        """(B, K) from 1; 0 where removed."""
        ranks: Ints = np.where(self._on_list, self._place + 1, 0)
        for row, column, _, ahead in self._beyond():
            ranks[row, column] = 1 + np.count_nonzero(ahead)
        return ranks

    @cached_property
    def probabilities(self) -> Floats:
        """(B, K); 0 where removed."""
        return np.exp(self.scores - self.listed.logsumexp[:, None])

    @cached_property
    def mass_before(self) -> Floats:
        """(B, K) probability of the tokens ahead; 0 where removed."""
        reach = self.listed.reach[row_numbers(len(self.ids)), self._place - 1]
        mass = np.where(self._on_list & (self._place > 0), reach, 0.0)
        for row, column, scores, ahead in self._beyond():
            mass[row, column] = np.exp(scores[ahead] - self.listed.logsumexp[row]).sum()
        return mass
