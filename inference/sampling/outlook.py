"""What the steps of a finished run would come to, without their traces: tokens, probabilities, distributions. Knows nothing of models.

The past of every step is known, so steps need not wait for each other: many go through the pipeline at once. Only where a stage must be
told the outcome of each step, or follows a grammar, they go one by one. The tokens are those that the run itself would have met.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Bools, Floats, Ints
from inference.sampling.buffered import BufferedField, Buffers
from inference.sampling.dice import Fall, fall
from inference.sampling.field import Whole
from inference.sampling.moments import Moments, Picked
from inference.sampling.penalties import Penalty
from inference.sampling.pipeline import walk
from inference.sampling.sampler import HEAD, Sampler, worth_it
from inference.sampling.scores import Cells, Dense, Listed, Scores
from inference.spec import StageName

_TOGETHER = 524_288  # scores worked on at a time: so many that little time goes into calls
_HEAD = 64  # tokens listed per step at first, where a step by itself lists ``HEAD``: so few that most of the time goes into finding them
_SPAN = 128  # steps whose past is looked at together
_ONE_BY_ONE: frozenset[StageName] = frozenset({"mirostat", "constraint"})  # told each outcome, and following a grammar


@dataclass(frozen=True, eq=False)
class Outlook:
    """B consecutive steps."""

    ids: Ints  # (B,) on which the dice fall
    draws: Floats  # (B,) the numbers that were drawn, in [0, 1)
    kept: Ints  # (B,) tokens that survive every stage
    entropies: Floats  # (B,) nats, of the final distribution
    probabilities: Floats  # (B,) of ``ids`` there
    own: Floats  # (B,) of the run's own tokens; 0 where they were removed

    def put(self, rows: Ints, other: Outlook) -> None:
        """Make ``other`` (n steps) the ``rows`` (n,) of this."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[rows] = getattr(other, name)


class Outlooks:
    """Goes over the steps at which a run's own tokens were chosen. ``sampler`` stands before the first, and is used up."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler, self._vocab = sampler, sampler.state.vocab_size
        way = sampler.route(True)
        self._head, self._greedy = min(way.head, max(_HEAD, way.head * _HEAD // HEAD)), sampler.params.greedy
        self._stages = [stage for stage in way.stages if stage.name in sampler.state.active]
        self._apart = any(stage.looks_back and not isinstance(stage, Penalty) for stage in self._stages)
        self._span = _SPAN if _ONE_BY_ONE.isdisjoint(sampler.state.active) else 1
        self._size = min(self._span, max(1, _TOGETHER // self._vocab))
        self._buffers = Buffers(self._size, self._vocab)

    def steps(self, logits: NDArray[Any], tokens: Sequence[int]) -> Iterator[Outlook]:
        """``logits`` (T, V), finite, of the next steps, at which ``tokens`` (T,) were chosen; a few steps at a time."""
        for scores, own, moments in self._spans(logits, tokens):
            for rows in self._blocks(len(own)):
                with np.errstate(all="ignore"):
                    found = self._fate(scores[rows], moments.picked(rows), own[rows], self._head)
                yield found
            self._sampler.observe(int(own[-1]), _logprob(found.own[-1], found.probabilities[-1]))

    def distributions(self, logits: NDArray[Any], tokens: Sequence[int]) -> Iterator[tuple[Floats, int]]:
        """Like ``steps``, one at a time: the final distribution (V,), and the token on which the dice fall."""
        for scores, own, moments in self._spans(logits, tokens):
            for rows in self._blocks(len(own)):
                with np.errstate(all="ignore"):
                    field, fallen = self._distributed(scores[rows], moments.picked(rows))
                for row, fell in enumerate(fallen):
                    found = field.weights[row] / field.total[row]
                    yield found, fell.token_id
            self._sampler.observe(int(own[-1]), _logprob(found[own[-1]], found[fell.token_id]))

    def _spans(self, logits: NDArray[Any], tokens: Sequence[int]) -> Iterator[tuple[NDArray[Any], Ints, Moments]]:
        """Raw scores (n, V), own tokens (n,), and the moments at which they were chosen: the last of them has to be observed afterwards."""
        for start in range(0, len(tokens), self._span):
            own = np.array(tokens[start : start + self._span], np.int64)
            yield logits[start : start + self._span], own, Moments(self._sampler, own.tolist(), self._apart)

    def _blocks(self, steps: int) -> Iterator[slice]:
        return (slice(start, min(start + self._size, steps)) for start in range(0, steps, self._size))

    def _final(self, scores: NDArray[Any], moments: Picked, head: int) -> Scores:
        """From lists of ``head`` tokens. What it gives lasts until it is called again."""
        *_, (_, final) = walk(Dense.over(BufferedField(scores, buffers=self._buffers), head), moments, self._stages)
        return final

    def _distributed(self, scores: NDArray[Any], moments: Picked) -> tuple[Whole, list[Fall]]:
        final = self._final(scores, moments, self._vocab)
        return final.spread.field, fall(final.listed, self._numbers(moments).tolist())

    def _numbers(self, moments: Picked) -> Floats:
        """Where on the bar the dice fall: at its beginning, the most likely token, where nothing is left to chance."""
        return np.zeros(len(moments)) if self._greedy else moments.draws

    def _fate(self, scores: NDArray[Any], moments: Picked, own: Ints, head: int) -> Outlook:
        found, short = self._read(self._final(scores, moments, head), moments, own)
        if short.any() and head < self._vocab:
            again = np.flatnonzero(short)
            found.put(again, self._fate(scores[again], moments.picked(again), own[again], worth_it(8 * head, self._vocab)))
        return found

    def _read(self, final: Scores, moments: Picked, own: Ints) -> tuple[Outlook, Bools]:
        """And the rows (B,) that are void, since their lists are too short."""
        if isinstance(final, Listed):
            return _of_list(final, self._numbers(moments), moments.draws, own)
        if self._greedy:
            return _of_all(final, final.best_ids, moments.draws, own), np.array(final.short)
        ids, _, short = _fallen(final.listed, moments.draws)
        return _of_all(final, ids, moments.draws, own), short


def _fallen(final: Listed, u: Floats) -> tuple[Ints, Ints, Bools]:
    """``dice.fall`` for B rows at once: token, its column in the list, and whether the list was too short for it."""
    last = np.array(final.count) - 1
    beyond = (final.reach <= u[:, None]).sum(-1)
    columns: Ints = np.minimum(beyond, last)
    short = np.array(final.short) | (np.array(final.rest) & (beyond > last))
    return final.ranking.ids[np.arange(len(columns)), columns], columns, short


def _of_all(final: Dense, ids: Ints, draws: Floats, own: Ints) -> Outlook:
    """Where nothing has been listed, or nothing cut since."""
    field, rows = final.field, np.arange(len(ids))
    logsumexp = field.top + np.log(field.total)
    entropies = np.log(field.total) - field.terms / field.total
    probabilities, own_probabilities = (np.exp(final.at(Cells(rows, some)) - logsumexp) for some in (ids, own))
    return Outlook(ids, draws, field.survivors, entropies, probabilities, own_probabilities)


def _of_list(final: Listed, u: Floats, draws: Floats, own: Ints) -> tuple[Outlook, Bools]:
    """And the rows that are void."""
    ids, columns, short = _fallen(final, u)
    kept, logsumexp, entropies = final.survivors, final.logsumexp, final.entropy
    rows, ranking = np.arange(len(ids)), final.ranking
    probabilities = np.exp(ranking.scores[rows, columns] - logsumexp)
    if all(final.cut):
        alive = (ranking.ids == own[:, None]) & (np.arange(ranking.ids.shape[1]) < kept[:, None])
        scores = np.where(alive.any(-1), ranking.scores[rows, alive.argmax(-1)], -np.inf)
    else:
        scores = final.at(Cells(rows, own))
    return Outlook(ids, draws, kept, entropies, probabilities, np.exp(scores - logsumexp)), short


def _logprob(own: float, chosen: float) -> float:
    """What a stage that follows the run is told: the run's own token; the one on which the dice fell where that was removed."""
    return math.log(own if own > 0 else chosen)
