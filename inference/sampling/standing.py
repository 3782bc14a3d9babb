"""Where given tokens stand in scores: score, rank, probability, mass ahead. Knows nothing of stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.lazy import lazy
from inference.sampling.ranking import at_columns
from inference.sampling.scores import Listed

_LONG = 4_096  # tokens of a list from which on a few are looked for one by one
_FEW = 4  # per row


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
        columns: list[Ints] = []
        before: Ints | None = None
        for listed in self.listed:
            order = listed.ranking.ids
            if before is None:
                columns.append(self._at_first(order, listed.vocab))
            else:
                columns.append(columns[-1] if order is before else self._moved(columns[-1], order, listed.vocab))
            before = order
        return np.array(columns)

    def _at_first(self, order: Ints, vocab: int) -> Ints:
        """(B, K) in ``order`` (B, n), whose beginning most rows are."""
        columns = np.empty_like(self.ids)
        columns[:] = np.arange(self.ids.shape[1])
        return self._moved(columns, order, vocab)

    def _moved(self, columns: Ints, order: Ints, vocab: int) -> Ints:
        """(B, K) in ``order`` (B, n), where that is not what ``columns`` (B, K) say."""
        last = order.shape[1] - 1
        elsewhere = (at_columns(order, np.clip(columns, 0, last)) != self.ids) | (columns < 0) | (columns > last)
        if not elsewhere.any():
            return columns
        moved = columns.copy()
        if order.shape[1] < _LONG or np.count_nonzero(elsewhere) > _FEW * len(order):
            rows = np.flatnonzero(elsewhere.any(-1))
            moved[rows] = _find(self.ids[rows], order[rows], vocab)
        else:
            for row, column in np.argwhere(elsewhere).tolist():
                moved[row, column] = _place(order[row], int(self.ids[row, column]))
        return moved

    @lazy
    def _on_list(self) -> Bools:
        """(S, B, K)"""
        count = np.array([listed.count for listed in self.listed])
        on_list: Bools = (self.column >= 0) & (self.column < count[:, :, None])
        return on_list

    @lazy
    def beyond(self) -> list[tuple[int, int, int]]:
        """Place, row and column of each token that survives beyond its list."""
        found = []
        for place, (listed, on_list) in enumerate(zip(self.listed, self._on_list, strict=True)):
            missing = ~on_list & np.array(listed.rest)[:, None]
            if missing.any():
                found += [(place, row, column) for row, column in np.argwhere(missing).tolist() if self._survives(listed, row, column)]
        return found

    def _survives(self, listed: Listed, row: int, column: int) -> bool:
        return bool(listed.source.row(row)[self.ids[row, column]] > -np.inf)

    def ahead(self, place: int, row: int, column: int) -> Bools:
        """(V,) the tokens that come before this one, were they all listed."""
        scores, token = self.listed[place].source.row(row), int(self.ids[row, column])
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
            scores[place, row, column] = self.listed[place].source.row(row)[self.ids[row, column]]
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
        return self.all.listed[self.place].entropy

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
        scores = self.all.listed[self.place].source.row(row)[self.all.ahead(self.place, row, k)]
        return float(np.exp(scores - self.all.logsumexp[self.place, row]).sum())


def _place(order: Ints, token: int) -> int:
    """The column of ``token`` in ``order`` (n,), -1 where it is not there."""
    found = order == token
    column = int(found.argmax())
    return column if found[column] else -1


def _find(ids: Ints, order: Ints, vocab: int) -> Ints:
    """(B, K) the column of each of ``ids`` (B, K) in its row of ``order`` (B, n), -1 where it is not there."""
    starts = row_numbers(len(ids)) * vocab
    inverse = np.zeros(len(ids) * vocab, dtype=np.int32)  # one more than the column; memory that is not touched costs nothing
    inverse[order + starts] = np.arange(1, order.shape[1] + 1, dtype=np.int32)
    columns: Ints = inverse[ids + starts].astype(np.int64)
    columns -= 1
    return columns
