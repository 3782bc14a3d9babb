"""What a viewer is told of one step: the shown tokens and the whole vocabulary through every stage. Knows nothing of runs.

Computed for all watched rows and all stages at once, from the scores that the pipeline has gone through anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.events import Block, BlockType, Dice, StageTrace, Trace
from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.dice import Fall
from inference.sampling.pipeline import Step
from inference.sampling.scores import Listed
from inference.sampling.standing import Standings
from inference.sampling.state import Rows
from inference.spec import Watch

LARGEST_F4 = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class Shown:
    """The tokens that the trace of each row shows: the best of the raw logits, those of the final distribution, the chosen, the pinned."""

    tokens: list[list[int]]  # (B,) of (K_b,)

    @classmethod
    def choose(cls, raw: Listed, final: Listed, chosen: Ints, watches: Sequence[Watch]) -> Shown:
        most = max(watch.top_n for watch in watches)
        ends = zip(_best(raw, most), _best(final, most), chosen.tolist(), watches, strict=True)
        vocab = raw.vocab
        return cls([
            list(dict.fromkeys([*first[: watch.top_n], *then[: watch.top_n], token, *(pinned for pinned in watch.pinned if pinned < vocab)]))
            for first, then, token, watch in ends
        ])

    @cached_property
    def sizes(self) -> Ints:
        return np.array([len(tokens) for tokens in self.tokens])

    @cached_property
    def real(self) -> Bools:
        """(B, K) false in the padding."""
        return np.arange(int(self.sizes.max())) < self.sizes[:, None]

    @cached_property
    def ids(self) -> Ints:
        """(B, K), padded with each row's first token."""
        width = int(self.sizes.max())
        return np.array([tokens + tokens[:1] * (width - len(tokens)) for tokens in self.tokens], dtype=np.int64)


def _best(listed: Listed, n: int) -> list[list[int]]:
    """(B,) up to ``n`` survivors each, best first."""
    return [ids[:count] for ids, count in zip(listed.ranking.ids[:, :n].tolist(), listed.count.tolist(), strict=True)]


class Tracer:
    """The traces of B watched rows of one step, through S stages (the raw logits first)."""

    def __init__(self, trail: Sequence[Step], rows: Rows, watches: Sequence[Watch], fallen: Fall) -> None:
        self._stages = [step.stage for step in trail[1:]]
        self._listed = [step.scores.listed for step in trail]  # the same whether neighbours were cut earlier or not
        self._rows, self._fallen = rows, fallen
        self._shown = Shown.choose(self._listed[0], self._listed[-1], fallen.ids, watches)
        self._standings = Standings(self._listed, self._shown.ids)

    def trace(self, row: int, pieces: Callable[[int], bytes], dice: Dice) -> Trace:
        tokens = self._shown.tokens[row]
        own, k = self._in_row[:, row], len(tokens)
        scores, ranks, removed_at, removed_value = self._blocks
        return Trace(
            token_ids=tokens,
            pieces=[pieces(token) for token in tokens],
            stages=self._stage_traces(row),
            scores=_block(scores[own, row, :k], "f4"),
            ranks=_block(ranks[own, row, :k], "i4"),
            removed_at=_block(removed_at[row, :k], "i1"),
            removed_value=_block(removed_value[row, :k], "f4"),
            dice=dice,
        )

    def dice(self, row: int, greedy: bool, u: float) -> Dice:
        fallen = self._fallen
        return Dice(greedy, u, int(fallen.position[row]), float(fallen.low[row]), float(fallen.high[row]))

    def logprobs(self, index: int) -> Floats:
        """(B,) of the chosen tokens after stage ``index``."""
        logprobs: Floats = self._standings.scores[(index, *self._chosen)] - self._logsumexp[index]
        return logprobs

    def raw_ranks(self) -> Ints:
        """(B,) of the chosen tokens, from 1."""
        ranks: Ints = self._standings.ranks[(0, *self._chosen)]
        return ranks

    def raw_entropy(self) -> Floats:
        """(B,) in nats."""
        return self._listed[0].entropy

    @cached_property
    def _chosen(self) -> tuple[Ints, Ints]:
        """Rows and columns of the chosen tokens."""
        columns = [tokens.index(token) for tokens, token in zip(self._shown.tokens, self._fallen.ids.tolist(), strict=True)]
        return np.arange(len(columns)), np.array(columns)

    @cached_property
    def _in_row(self) -> Bools:
        """(S, B) whether the row runs the stage."""
        everyone = np.ones(len(self._rows), dtype=bool)
        return np.array([everyone, *(self._rows.on(stage.name) for stage in self._stages if stage)])

    @cached_property
    def _gone(self) -> Bools:
        """(S, B, K)"""
        gone: Bools = self._standings.scores == -np.inf
        return gone

    @cached_property
    def _blocks(self) -> tuple[NDArray[Any], ...]:
        """Scores and ranks (S, B, K), where removed and why (B, K), as they travel. Scores stay within the range of float32."""
        scores = np.where(self._gone, -np.inf, np.clip(self._standings.scores, -LARGEST_F4, LARGEST_F4))
        return scores.astype("<f4"), self._standings.ranks.astype("<i4"), self._removed_at.astype("<i1"), self._removed_value.astype("<f4")

    @cached_property
    def _removed_at(self) -> Ints:
        """(B, K) index among the stages of the row, -1 where the token survived."""
        own_index = np.cumsum(self._in_row, axis=0) - 1  # (S, B)
        return np.where(self._gone[-1], own_index[self._gone.argmax(0), row_numbers(len(self._rows))], -1)

    @cached_property
    def _removed_value(self) -> Floats:
        """(B, K)"""
        value = np.full(self._shown.ids.shape, np.nan)
        for index, stage in enumerate(self._stages):
            here = self._gone[index + 1] & ~self._gone[index]
            if stage and here.any():
                value[here] = stage.reason(self._standings.at(index))[here]
        return value

    def _stage_traces(self, row: int) -> list[StageTrace]:
        """(S_b,)"""
        survivors, removed, entropy, logsumexp, others, mass = (table[row] for table in self._table)
        return [
            StageTrace(stage.name if stage else "logits", int(survivors[at]), removed[at], entropy[at], logsumexp[at], int(others[at]), mass[at], numbers[row])
            for at, (stage, numbers) in enumerate(zip([None, *self._stages], self._numbers, strict=True))
            if self._in_row[at, row]
        ]

    @cached_property
    def _table(self) -> tuple[list[list[float]], ...]:
        """The columns of ``StageTrace``, each (B, S)."""
        real = self._shown.real & ~self._gone
        others = self._survivors - real.sum(-1)
        shown_mass = np.cumsum(np.where(real, self._standings.probabilities, 0.0), axis=-1)[:, :, -1]  # to which padding adds nothing
        mass = np.where(others > 0, np.maximum(1.0 - shown_mass, 0.0), 0.0)
        entropy = np.array([listed.entropy for listed in self._listed])
        return tuple(table.T.tolist() for table in (self._survivors, self._removed_mass, entropy, self._logsumexp, others, mass))

    @cached_property
    def _survivors(self) -> Ints:
        """(S, B)"""
        return np.array([listed.survivors for listed in self._listed])

    @cached_property
    def _logsumexp(self) -> Floats:
        """(S, B)"""
        return np.array([listed.logsumexp for listed in self._listed])

    @cached_property
    def _removed_mass(self) -> Floats:
        """(S, B) survivors keep their scores, so that the sum of exponentials falls by what has been removed."""
        mass = np.zeros(self._logsumexp.shape)
        removes = np.array([stage is not None and stage.removes for stage in self._stages], dtype=bool)[:, None]
        fell = removes & (self._survivors[1:] < self._survivors[:-1])
        mass[1:] = np.where(fell, np.maximum(-np.expm1(self._logsumexp[1:] - self._logsumexp[:-1]), 0.0), 0.0)
        return mass

    @cached_property
    def _numbers(self) -> list[list[dict[str, float]]]:
        """(S, B)"""
        tables = [stage.numbers(before, self._rows) if stage else {} for stage, before in zip(self._stages, self._listed, strict=False)]
        return [_by_row(table, len(self._rows)) for table in ({}, *tables)]


def _by_row(columns: dict[str, Floats], rows: int) -> list[dict[str, float]]:
    lists = {name: column.tolist() for name, column in columns.items()}
    return [{name: column[row] for name, column in lists.items()} for row in range(rows)]


def _block(array: NDArray[Any], dtype: BlockType) -> Block:
    """``array`` has that type already."""
    return Block(dtype, list(array.shape), array.tobytes())


def incomplete(trail: Sequence[Step], watches: Sequence[Watch]) -> Bools:
    """(B,) rows whose lists are too short to show as many tokens as are asked for."""
    wanted = np.array([watch.top_n for watch in watches])
    ends = (trail[0].scores.listed, trail[-1].scores.listed)
    missing: Bools = np.logical_or.reduce([listed.rest & (listed.count < wanted) for listed in ends])
    return missing
