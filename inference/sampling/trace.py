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
        self._summaries = [[listed.summary(row) for row in range(len(rows))] for listed in self._listed]
        logsumexp = np.array([[summary.logsumexp for summary in place] for place in self._summaries])
        self._standings = Standings(self._listed, logsumexp, _padded(self._tokens))

    def trace(self, row: int, pieces: Callable[[int], bytes], greedy: bool, u: float) -> Trace:
        tokens = self._tokens[row]
        own, k = self._own[row], len(tokens)
        scores, ranks, removed_at, removed_value = self._blocks
        fell = self._fallen[row]
        return Trace(
            token_ids=tokens,
            pieces=[pieces(token) for token in tokens],
            stages=self._stage_traces(row),
            scores=_block(scores[own, row, :k], "f4"),
            ranks=_block(ranks[own, row, :k], "i4"),
            removed_at=_block(removed_at[row, :k], "i1"),
            removed_value=_block(removed_value[row, :k], "f4"),
            dice=Dice(greedy, u, fell.position, fell.low, fell.high),
        )

    def logprob(self, row: int, place: int) -> float:
        """ln of the probability of the chosen token after stage number ``place``."""
        score = self._standings.scores[place, row, self._chosen(row)]
        return float(score) - self._summaries[place][row].logsumexp

    def raw_rank(self, row: int) -> int:
        """Of the chosen token, from 1."""
        return int(self._standings.ranks[0, row, self._chosen(row)])

    def raw_entropy(self, row: int) -> float:
        """In nats."""
        return self._summaries[0][row].entropy

    def _chosen(self, row: int) -> int:
        return self._tokens[row].index(self._fallen[row].token_id)

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

    @lazy
    def _blocks(self) -> tuple[NDArray[Any], ...]:
        """Scores and ranks (S, B, K), where removed and why (B, K), as they travel. Scores stay within the range of float32."""
        scores = np.where(self._alive, np.minimum(np.maximum(self._standings.scores, -LARGEST_F4), LARGEST_F4), -np.inf)
        return scores.astype("<f4"), self._standings.ranks.astype("<i4"), self._removed_at.astype("<i1"), self._removed_value.astype("<f4")

    @lazy
    def _shown_mass(self) -> Floats:
        """(S, B, K) probability of each shown token and those to its left, so that padding, which is on the right, adds nothing."""
        return self._standings.probabilities.cumsum(-1)

    def _stage_traces(self, row: int) -> list[StageTrace]:
        """(S_b,)"""
        own, last = self._own[row], len(self._tokens[row]) - 1
        shown = self._alive[:, row, : last + 1].sum(-1).tolist()
        mass = self._shown_mass[:, row, last].tolist()
        state = self._rows[row]
        return [self._stage_trace(place, before, row, state, shown[place], mass[place]) for before, place in zip([0, *own], own, strict=False)]

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
