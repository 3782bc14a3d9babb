"""What a viewer is told of one step: the shown tokens and the whole vocabulary through every stage. Knows nothing of runs.

Computed for all watched rows at once, from the scores that the pipeline has gone through anyway; what nobody watches is not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inference.events import Block, Dice, StageTrace, Trace
from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.dice import Fall
from inference.sampling.pipeline import Step
from inference.sampling.scores import Listed
from inference.sampling.standing import Standing
from inference.sampling.state import Rows
from inference.spec import Watch

LARGEST_F4 = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class Shown:
    """The tokens that the trace of each row shows: the best of the raw logits, those of the final distribution, the chosen, the pinned."""

    tokens: list[list[int]]  # (B,) of (K_b,)

    @classmethod
    def choose(cls, raw: Listed, final: Listed, chosen: Ints, watches: Sequence[Watch]) -> Shown:
        best, last = raw.ranking.ids.tolist(), final.ranking.ids.tolist()
        tokens = []
        for row, watch in enumerate(watches):
            first = best[row][: min(watch.top_n, int(raw.count[row]))]
            then = last[row][: min(watch.top_n, int(final.count[row]))]
            pinned = (token for token in watch.pinned if token < raw.source.scores.shape[1])
            tokens.append(list(dict.fromkeys([*first, *then, int(chosen[row]), *pinned])))
        return cls(tokens)

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


class Tracer:
    """The traces of B watched rows of one step."""

    def __init__(self, trail: Sequence[Step], rows: Rows, watches: Sequence[Watch], fallen: Fall) -> None:
        self._trail, self._rows, self._fallen = trail, rows, fallen
        self._listed = [step.scores.listed for step in trail]  # the same whether neighbours were cut earlier or not
        self._shown = Shown.choose(self._listed[0], self._listed[-1], fallen.ids, watches)
        self._standings = [Standing(listed, self._shown.ids) for listed in self._listed]

    @cached_property
    def _scores(self) -> Floats:
        """(S, B, K)"""
        return np.stack([standing.scores for standing in self._standings])

    @cached_property
    def _ranks(self) -> Ints:
        """(S, B, K)"""
        return np.stack([standing.ranks for standing in self._standings])

    @cached_property
    def _gone(self) -> Bools:
        """(S, B, K)"""
        gone: Bools = self._scores == -np.inf
        return gone

    @cached_property
    def _in_row(self) -> Bools:
        """(S, B) whether the row runs the stage."""
        return np.array([[step.stage is None or step.stage.name in row.active for row in self._rows] for step in self._trail])

    @cached_property
    def _removed_at(self) -> Ints:
        """(B, K) index among the stages of the row, -1 where the token survived."""
        own_index = np.cumsum(self._in_row, axis=0) - 1  # (S, B)
        first = self._gone.argmax(0)
        return np.where(self._gone[-1], own_index[first, np.arange(len(self._rows))[:, None]], -1)

    @cached_property
    def _removed_value(self) -> Floats:
        """(B, K)"""
        value = np.full(self._shown.ids.shape, np.nan)
        for index, step in enumerate(self._trail):
            if step.stage is not None and step.stage.removes:
                here = self._gone[index] & ~self._gone[index - 1]
                if here.any():
                    value[here] = step.stage.reason(self._standings[index - 1])[here]
        return value

    @cached_property
    def _stages(self) -> list[list[StageTrace]]:
        """(B,) of (S_b,)"""
        columns = [self._column(index) for index in range(len(self._trail))]
        return [[column[row] for column, own in zip(columns, self._in_row[:, row], strict=True) if own] for row in range(len(self._rows))]

    def _column(self, index: int) -> list[StageTrace]:
        """(B,) one stage in every row."""
        stage, scores = self._trail[index].stage, self._listed[index]
        real = self._shown.real & ~self._gone[index]
        others = scores.survivors - np.count_nonzero(real, axis=-1)
        mass = 1.0 - np.cumsum(np.where(real, self._standings[index].probabilities, 0.0), axis=-1)[:, -1]  # padding adds nothing
        mass = np.where(others > 0, np.maximum(mass, 0.0), 0.0)
        numbers = {} if stage is None else stage.numbers(self._listed[index - 1], self._rows)
        values = {name: column.tolist() for name, column in numbers.items()}
        name = "logits" if stage is None else stage.name
        table = (scores.survivors, self._removed_mass(index), scores.entropy, scores.logsumexp, others, mass)
        kept, removed, entropy, logsumexp, other_count, other_mass = (column.tolist() for column in table)
        return [
            StageTrace(
                name, kept[row], removed[row], entropy[row], logsumexp[row], other_count[row], other_mass[row],
                {key: column[row] for key, column in values.items()},
            )
            for row in range(len(self._rows))
        ]

    def _removed_mass(self, index: int) -> Floats:
        """(B,) survivors keep their scores, so that the sum of exponentials falls by what has been removed."""
        stage, after = self._trail[index].stage, self._listed[index]
        if stage is None or not stage.removes:
            return np.zeros(len(self._rows))
        before = self._listed[index - 1]
        return np.where(after.survivors < before.survivors, np.maximum(-np.expm1(after.logsumexp - before.logsumexp), 0.0), 0.0)

    def dice(self, row: int, greedy: bool, u: float) -> Dice:
        fallen = self._fallen
        return Dice(greedy, u, int(fallen.position[row]), float(fallen.low[row]), float(fallen.high[row]))

    def trace(self, row: int, pieces: Callable[[int], bytes], dice: Dice) -> Trace:
        tokens = self._shown.tokens[row]
        own, k = self._in_row[:, row], len(tokens)
        return Trace(
            token_ids=tokens,
            pieces=[pieces(token) for token in tokens],
            stages=self._stages[row],
            scores=Block.of(_in_f4(self._scores[own, row, :k]), "f4"),
            ranks=Block.of(self._ranks[own, row, :k], "i4"),
            removed_at=Block.of(self._removed_at[row, :k], "i1"),
            removed_value=Block.of(self._removed_value[row, :k], "f4"),
            dice=dice,
        )

    @cached_property
    def _chosen(self) -> Ints:
        """(B,) columns of the chosen tokens."""
        return np.array([tokens.index(token) for tokens, token in zip(self._shown.tokens, self._fallen.ids.tolist(), strict=True)])

    def logprobs(self, index: int) -> Floats:
        """(B,) of the chosen tokens after stage ``index`` of the trail."""
        chosen = self._scores[index][np.arange(len(self._rows)), self._chosen]
        logprobs: Floats = chosen - self._listed[index].logsumexp
        return logprobs

    def raw_ranks(self) -> Ints:
        """(B,) of the chosen tokens, from 1."""
        ranks: Ints = self._ranks[0][np.arange(len(self._rows)), self._chosen]
        return ranks

    def raw_entropy(self) -> Floats:
        """(B,) in nats."""
        return self._listed[0].entropy


def incomplete(trail: Sequence[Step], watches: Sequence[Watch]) -> Bools:
    """(B,) rows whose lists are too short to show as many tokens as are asked for."""
    wanted = np.array([watch.top_n for watch in watches])
    ends = (trail[0].scores.listed, trail[-1].scores.listed)
    missing: Bools = np.logical_or.reduce([listed.rest & (listed.count < wanted) for listed in ends])
    return missing


def _in_f4(scores: Floats) -> NDArray[np.float64]:
    """``scores`` within the range of float32, -inf left as it is."""
    return np.where(scores == -np.inf, scores, np.clip(scores, -LARGEST_F4, LARGEST_F4))
