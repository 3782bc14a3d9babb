"""What a viewer is told of one step: the shown tokens and the whole vocabulary through every stage. Knows nothing of runs.

What concerns tokens is computed for all watched rows and all stages at once; what concerns a row as a whole, in numbers of Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.events import Block, BlockType, Dice, StageTrace, Trace
from inference.sampling.arrays import Bools, Floats, Ints, row_numbers
from inference.sampling.dice import Fall
from inference.sampling.lazy import lazy
from inference.sampling.pipeline import Step
from inference.sampling.scores import Listed, Summary
from inference.sampling.stage import Stage
from inference.sampling.standing import Standings
from inference.sampling.state import Rows, RowState
from inference.spec import Watch

LARGEST_F4 = float(np.finfo(np.float32).max)


def incomplete(trail: Sequence[Step], watches: Sequence[Watch]) -> list[bool]:
    """(B,) rows whose lists are too short to show as many tokens as are asked for."""
    ends = [trail[0].scores.listed, trail[-1].scores.listed]
    known = [list(zip(listed.rest, listed.count, strict=True)) for listed in ends]
    return [any(rest and count < watch.top_n for rest, count in row) for watch, *row in zip(watches, *known, strict=True)]


def shown_tokens(raw: Listed, final: Listed, fallen: Sequence[Fall], watches: Sequence[Watch]) -> list[list[int]]:
    """(B,) of (K_b,) the best of the raw logits, those of the final distribution, the chosen one, the pinned."""
    most, vocab = max(watch.top_n for watch in watches), raw.vocab
    ends = zip(_best(raw, most), _best(final, most), fallen, watches, strict=True)
    return [
        list(dict.fromkeys([*first[: watch.top_n], *then[: watch.top_n], fell.token_id, *(token for token in watch.pinned if token < vocab)]))
        for first, then, fell, watch in ends
    ]


def _best(listed: Listed, n: int) -> list[list[int]]:
    """(B,) up to ``n`` survivors each, best first."""
    return [ids[:count] for ids, count in zip(listed.ranking.ids[:, :n].tolist(), listed.count, strict=True)]


class Tracer:
    """The traces of B watched rows of one step, through S stages (the raw logits first)."""

    def __init__(self, trail: Sequence[Step], rows: Rows, watches: Sequence[Watch], fallen: Sequence[Fall]) -> None:
        self._stages = [step.stage for step in trail]
        self._listed = [step.scores.listed for step in trail]  # the same whether neighbours were cut earlier or not
        self._rows, self._fallen = rows, fallen
        self._tokens = shown_tokens(self._listed[0], self._listed[-1], fallen, watches)
        self._summaries = [listed.summaries for listed in self._listed]
        logsumexp = np.array([[summary.logsumexp for summary in place] for place in self._summaries])
        self._standings = Standings(self._listed, logsumexp, _padded(self._tokens))

    def trace(self, row: int, pieces: Callable[[int], bytes], greedy: bool, u: float) -> Trace:
        tokens, fell = self._tokens[row], self._fallen[row]
        scores, ranks, removed_at, removed_value = self._blocks(row)
        return Trace(
            token_ids=tokens,
            pieces=[pieces(token) for token in tokens],
            stages=self._stage_traces(row),
            scores=_block(scores, "f4"),
            ranks=_block(ranks, "i4"),
            removed_at=_block(removed_at, "i1"),
            removed_value=_block(removed_value, "f4"),
            dice=Dice(greedy, u, fell.position, fell.low, fell.high),
        )

    def logprob(self, row: int, place: int) -> float:
        """ln of the probability of the chosen token after the first (0) or the last (-1) stage."""
        return self._chosen[place][row] - self._summaries[place][row].logsumexp

    def raw_rank(self, row: int) -> int:
        """Of the chosen token, from 1."""
        return self._raw_ranks[row]

    def raw_entropy(self, row: int) -> float:
        """In nats."""
        return self._summaries[0][row].entropy

    @lazy
    def _columns(self) -> Ints:
        """(B,) where the chosen token stands among the shown ones."""
        return np.array([tokens.index(fell.token_id) for tokens, fell in zip(self._tokens, self._fallen, strict=True)])

    @lazy
    def _chosen(self) -> dict[int, list[float]]:
        """By place: (B,) the score of the chosen token."""
        rows = np.arange(len(self._rows))
        return {place: self._standings.scores[place, rows, self._columns].tolist() for place in (0, -1)}

    @lazy
    def _raw_ranks(self) -> list[int]:
        ranks: list[int] = self._standings.ranks[0, np.arange(len(self._rows)), self._columns].tolist()
        return ranks

    @lazy
    def _own(self) -> list[list[int]]:
        """(B,) of (S_b,) the stages that each row runs."""
        return [[at for at, stage in enumerate(self._stages) if stage is None or stage.name in row.active] for row in self._rows]

    @lazy
    def _alive(self) -> Bools:
        """(S, B, K)"""
        alive: Bools = self._standings.scores > -np.inf
        return alive

    @lazy
    def _lived(self) -> Ints:
        """(B, K) how many stages each token has survived: the number of the one that removed it, or S."""
        lived: Ints = self._alive.sum(0)
        return lived

    @lazy
    def _removed_at(self) -> Ints:
        """(B, K) index among the stages of the row, -1 where the token survived."""
        index = np.full((len(self._rows), len(self._stages) + 1), -1)
        for row, own in enumerate(self._own):
            index[row, own] = range(len(own))
        return index[row_numbers(len(self._rows)), self._lived]

    @lazy
    def _removed_value(self) -> Floats:
        """(B, K)"""
        value = np.full(self._lived.shape, np.nan)
        for place, stage in enumerate(self._stages):
            if stage and stage.removes:
                here = self._lived == place
                if here.any():
                    value[here] = stage.reason(self._standings.at(place - 1))[here]
        return value

    def _blocks(self, row: int) -> tuple[NDArray[Any], ...]:
        """Scores and ranks (S_b, K_b), where removed and why (K_b,), of one row."""
        own, k = self._own[row], len(self._tokens[row])
        scores, ranks, removed_at, removed_value = (array[row] for array in self._all_blocks)
        if len(own) < len(self._stages):
            scores, ranks = scores[own], ranks[own]
        return scores[:, :k], ranks[:, :k], removed_at[:k], removed_value[:k]

    @lazy
    def _all_blocks(self) -> tuple[NDArray[Any], ...]:
        """Scores and ranks (B, S, K), where removed and why (B, K), as they travel. Scores stay within the range of float32."""
        scores = np.where(self._alive, np.minimum(np.maximum(self._standings.scores, -LARGEST_F4), LARGEST_F4), -np.inf)
        by_row = scores.swapaxes(0, 1).astype("<f4"), self._standings.ranks.swapaxes(0, 1).astype("<i4")
        return *by_row, self._removed_at.astype("<i1"), self._removed_value.astype("<f4")

    @lazy
    def _shown(self) -> tuple[list[list[int]], list[list[float]]]:
        """(B,) of (S,) how many of the shown tokens are left, and the sum of their probabilities.

        Both are running sums from the left, so that padding, which is on the right, adds nothing.
        """
        rows, last = np.arange(len(self._rows)), np.array([len(tokens) - 1 for tokens in self._tokens])
        left, mass = self._alive.cumsum(-1)[:, rows, last], self._standings.probabilities.cumsum(-1)[:, rows, last]
        return left.T.tolist(), mass.T.tolist()

    def _stage_traces(self, row: int) -> list[StageTrace]:
        """(S_b,)"""
        own, state = self._own[row], self._rows[row]
        left, mass = self._shown[0][row], self._shown[1][row]
        return [self._stage_trace(place, before, row, state, left[place], mass[place]) for before, place in zip([0, *own], own, strict=False)]

    def _stage_trace(self, place: int, before: int, row: int, state: RowState, shown: int, mass: float) -> StageTrace:
        stage, here = self._stages[place], self._summaries[place][row]
        others = here.survivors - shown
        return StageTrace(
            name=stage.name if stage else "logits",
            kept=here.survivors,
            removed_mass=_removed_mass(stage, self._summaries[before][row], here),
            entropy=here.entropy,
            logsumexp=here.logsumexp,
            other_count=others,
            other_mass=max(0.0, 1.0 - mass) if others else 0.0,
            numbers=stage.numbers(self._listed[before], row, state) if stage else {},
        )


def _removed_mass(stage: Stage | None, before: Summary, after: Summary) -> float:
    """Survivors keep their scores, so that the sum of exponentials falls by what has been removed."""
    if stage is None or not stage.removes or after.survivors == before.survivors:
        return 0.0
    return max(0.0, -math.expm1(after.logsumexp - before.logsumexp))


def _padded(tokens: list[list[int]]) -> Ints:
    """(B, K), each row filled up with its first token."""
    width = max(map(len, tokens))
    return np.array([row + row[:1] * (width - len(row)) for row in tokens], dtype=np.int64)


def _block(array: NDArray[Any], dtype: BlockType) -> Block:
    """``array`` has that type already."""
    return Block(dtype, list(array.shape), array.tobytes())
