"""What the steps of a finished run would come to, without their traces: tokens, probabilities, distributions. Knows nothing of models.

The past of every step is known, so steps need not wait for each other: only stages that look back run step by step, those that follow
run for many steps at once. Every number is the one that the run itself would have met.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.dice import fall
from inference.sampling.pipeline import walk
from inference.sampling.sampler import CACHED, Sampler
from inference.sampling.scores import Cells, Dense, Listed, Scores
from inference.sampling.state import Rows


@dataclass(frozen=True, eq=False)
class Outlook:
    """B consecutive steps."""

    ids: Ints  # (B,) on which the dice fall
    draws: Floats  # (B,) the numbers that were drawn, in [0, 1)
    kept: Ints  # (B,) tokens that survive every stage
    entropies: Floats  # (B,) nats, of the final distribution
    probabilities: Floats  # (B,) of ``ids`` there
    own: Floats  # (B,) of the run's own tokens; 0 where they were removed

    def replace(self, rows: Bools, other: Outlook) -> None:
        """Take the ``rows`` (B,) from ``other``."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[rows] = getattr(other, name)


class Outlooks:
    """Goes over the steps at which a run's own tokens were chosen. ``sampler`` stands before the first, and is used up."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler, self._vocab = sampler, sampler.state.vocab_size
        way = sampler.route(True)
        self._head, self._greedy = way.head, way.greedy
        stages = [stage for stage in way.stages if stage.name in sampler.state.active]
        back = max((n for n, stage in enumerate(stages) if stage.looks_back), default=-1)
        # Others than those that edit leave lists, or must be told the outcome; and something must be left to do at once
        together = back < 0 or (back + 1 < len(stages) and all(stage.edits for stage in stages if stage.looks_back))
        self._first, self._then = (stages[: back + 1], stages[back + 1 :]) if together else ([], stages)
        self._size = max(1, CACHED // self._vocab) if together else 1

    def steps(self, logits: NDArray[Any], tokens: Sequence[int]) -> Iterator[Outlook]:
        """``logits`` (T, V), finite, of the next steps, at which ``tokens`` (T,) were chosen; a few steps at a time."""
        with np.errstate(all="ignore"):
            for scores, draws, some in self._blocks(logits, tokens):
                found = self._fate(scores, draws, some, self._head)
                yield found
                self._sampler.observe(int(some[-1]), _logprob(found.own[-1], found.probabilities[-1]))

    def distributions(self, logits: NDArray[Any], tokens: Sequence[int]) -> Iterator[tuple[Floats, int]]:
        """Like ``steps``, one at a time: the final distribution (V,), and the token on which the dice fall."""
        with np.errstate(all="ignore"):
            for scores, draws, some in self._blocks(logits, tokens):
                final = self._final(scores, self._vocab)
                field = (final.spread if isinstance(final, Listed) else final).field
                for row, fell in enumerate(fall(final.listed, self._numbers(draws))):
                    found = field.weights[row] / field.total[row]
                    yield found, fell.token_id
                self._sampler.observe(int(some[-1]), _logprob(found[some[-1]], found[fell.token_id]))

    def _blocks(self, logits: NDArray[Any], tokens: Sequence[int]) -> Iterator[tuple[Floats, Floats, Ints]]:
        """Scores (B, V) after the stages that look back, draws (B,), own tokens (B,), of which all but the last have been observed."""
        for start in range(0, len(tokens), self._size):
            scores = logits[start : start + self._size].astype(np.float64, order="C")
            some = np.array(tokens[start : start + self._size], np.int64)
            draws = np.empty(len(some))
            for n in range(len(some)):
                if n:
                    self._sampler.observe(int(some[n - 1]))
                draws[n] = self._sampler.roll()
                if self._first:
                    scores[n] = self._looked_back(scores[n : n + 1], self._head)
            yield scores, draws, some

    def _looked_back(self, scores: Floats, head: int) -> Floats:
        """(V,) ``scores`` (1, V) after the stages that look back, from a list of ``head`` tokens at first."""
        *_, (_, found) = walk(Dense.start(scores, head), Rows([self._sampler.state]), self._first)
        if found.short[0] and head < self._vocab:
            return self._looked_back(scores, self._vocab)
        row: Floats = (found.spread if isinstance(found, Listed) else found).field.scores[0]
        return row

    def _final(self, scores: Floats, head: int) -> Scores:
        *_, (_, final) = walk(Dense.start(scores, head), Rows([self._sampler.state] * len(scores)), self._then)
        return final

    def _numbers(self, draws: Floats) -> list[float]:
        """Where on the bar the dice fall: at its beginning, the most likely token, where nothing is left to chance."""
        numbers: list[float] = [0.0] * len(draws) if self._greedy else draws.tolist()
        return numbers

    def _fate(self, scores: Floats, draws: Floats, own: Ints, head: int) -> Outlook:
        final = self._final(scores, head)
        fallen = fall(final.listed, self._numbers(draws))
        ids = np.array([fell.token_id for fell in fallen])
        kept, logsumexp, entropies = (np.array(column) for column in zip(*map(final.listed.summary, range(len(own))), strict=True))
        probabilities, own_probabilities = (np.exp(final.at(Cells(np.arange(len(own)), some)) - logsumexp) for some in (ids, own))
        found = Outlook(ids, draws, kept, entropies, probabilities, own_probabilities)
        short = np.array([fell.short for fell in fallen])
        if short.any() and head < self._vocab:
            found.replace(short, self._fate(scores[short], draws[short], own[short], self._vocab))
        return found


def _logprob(own: float, chosen: float) -> float:
    """What a stage that follows the run is told: the run's own token; the one on which the dice fell where that was removed."""
    return math.log(own if own > 0 else chosen)
