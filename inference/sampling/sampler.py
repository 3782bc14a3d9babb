"""One step for a batch: ``choose`` takes its logits and the ``Sampler`` of each row, and says which token each row gets.

A ``Sampler`` is the state of one run: parameters, counts, the dice. It knows no strategy, no model and does no I/O. Rows that need the
same treatment go through the pipeline together; nothing that a row gets depends on its neighbours.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.events import StageInfo, Trace, frequent
from inference.sampling.arrays import Floats, to_numpy
from inference.sampling.dice import FOR_XTC, Fall, Rolls, fall
from inference.sampling.guide import Guide
from inference.sampling.history import Breaks
from inference.sampling.pipeline import Step, walk
from inference.sampling.registry import STAGES
from inference.sampling.scores import Dense, Listed
from inference.sampling.stage import Stage
from inference.sampling.state import Rows, RowState
from inference.sampling.trace import Tracer, incomplete
from inference.spec import SamplingParams, StageName, Watch

AT_ONCE = 131_072  # scores worked on at a time: arrays small enough that the allocator keeps them
HEAD = 256  # tokens listed per row at first; holds the final set of nearly every filtered step
_LONGER = 8  # times as many where that was too short


@dataclass(frozen=True, eq=False)
class Route:
    """How a row is to be treated. Equal routes are the same object, so that rows can be grouped by it."""

    stages: tuple[Stage, ...]
    head: int
    watched: bool
    blindly_greedy: bool  # nobody watches, and only which token is the best counts


@lru_cache(maxsize=4096)
def route(stages: tuple[StageName, ...], head: int, watched: bool, blindly_greedy: bool) -> Route:
    return Route(tuple(STAGES[name] for name in stages), head, watched, blindly_greedy)


def _path(order: tuple[StageName, ...], active: frozenset[StageName], blindly_greedy: bool) -> tuple[StageName, ...]:
    """The stages that a row is grouped by. Those that it does not need belong to it where they can: then neighbours that do can join."""
    if not _divisible(order):
        order = tuple(name for name in order if name in active)
    while blindly_greedy and order and not (order[-1] in active and STAGES[order[-1]].reorders):
        order = order[:-1]  # what cannot change which token is the best
    return order


@lru_cache(maxsize=4096)
def _divisible(order: tuple[StageName, ...]) -> bool:
    """Whether rows of one group may differ in the stages that they need.

    They may not where something edits after something else has cut: spreading its neighbours' lists over the vocabulary would spread a
    row's own, and its sums would be taken in another order.
    """
    stages = [STAGES[name] for name in order]
    cutting = [at for at, stage in enumerate(stages) if stage.removes and not stage.edits]
    return not cutting or not any(stage.edits for stage in stages[cutting[0] :])


class Sampler:
    """State of one run. ``sample`` tells several samples of one prompt apart; ``guide`` follows the constraint of ``params``.

    Token ids have been checked against the vocabulary.
    """

    def __init__(
        self,
        params: SamplingParams,
        *,
        seed: int,
        prompt_ids: Sequence[int],
        vocab_size: int,
        eos_token_ids: Sequence[int],
        pieces: Callable[[int], bytes],
        sample: int = 0,
        guide: Guide | None = None,
        bad_words: Sequence[Sequence[int]] = (),
    ) -> None:
        named = max(*params.logit_bias, *params.allowed_token_ids, 0, 0)
        assert named < vocab_size, f"the settings name token {named}, which is outside the vocabulary"
        self.params, self.pieces = params, pieces
        active = frozenset(name for name in params.order if STAGES[name].active(params))
        breaks = Breaks(params.dry_sequence_breakers, pieces, prompt_ids) if "dry" in active else None
        coin = Rolls(seed, sample, FOR_XTC)
        self.state = RowState(params, active, prompt_ids, vocab_size, eos_token_ids, coin, guide, bad_words, breaks)
        self.listed = 0  # how long a list the last step needed, where it needed a longer one than its route's
        self._rolls = Rolls(seed, sample)
        head = vocab_size if any(STAGES[name].whole for name in active) else _head(params, vocab_size)
        self._routes = {
            watched: route(_path(params.order, active, blindly), head, watched, blindly)
            for watched, blindly in ((False, params.greedy), (True, False))
        }

    def stages(self) -> list[StageInfo]:
        """Every stage of the order, active or not."""
        stages = [STAGES[name] for name in self.params.order]
        return [StageInfo(stage.name, stage.name in self.state.active, stage.settings(self.params)) for stage in stages]

    def observe(self, token_id: int, logprob: float | None = None) -> None:
        """A token was chosen; also replays the tokens of a run that is taken up again. ``logprob`` is that of its ``Choice``."""
        self.state.observe(token_id, logprob)

    @property
    def steered(self) -> bool:
        """Whether mirostat has to be told the log-probability of each token."""
        return "mirostat" in self.state.active

    @property
    def done(self) -> bool:
        """Whether the constraint allows nothing but the end."""
        return self.state.guide is not None and self.state.guide.done

    def route(self, watched: bool) -> Route:
        return self._routes[watched]

    def roll(self) -> float:
        """The number of the coming step, in [0, 1)."""
        return self._rolls.at(self.state.generated)

    def rolls(self, count: int) -> Floats:
        """(count,) the numbers of the coming steps."""
        return self._rolls.some(self.state.generated, count)


def _head(params: SamplingParams, vocab: int) -> int:
    """How many tokens to list at first: enough for what is certain to be kept."""
    head = HEAD
    while head < 2 * max(params.top_k, params.min_keep):
        head *= 2
    return worth_it(head, vocab)


def worth_it(head: int, vocab: int) -> int:
    """Selecting more than a quarter of the vocabulary and sorting that costs as much as sorting everything."""
    return head if 4 * head <= vocab else vocab


def _enough(head: int, needed: int, vocab: int) -> int:
    """The first of the lengths from ``head`` on, in the steps in which a short list grows, that holds more than ``needed`` tokens."""
    while head <= needed and head < vocab:
        head = worth_it(_LONGER * head, vocab)
    return head


@frequent
class Choice:
    """The token of one row. The numbers are absent where nobody watches, but for the ``logprob`` of a run that mirostat steers."""

    token_id: int
    logprob: float | None  # ln of its probability in the final distribution
    raw_logprob: float | None  # ln of its probability under the raw logits
    raw_rank: int | None  # from 1
    raw_entropy: float | None  # nats
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class BadLogits:
    """The logits of this row are no distribution: NaN, +inf, or nothing but -inf. Its run has to end; the others are not affected."""

    reason: str


Outcome = Choice | BadLogits


def choose(logits: torch.Tensor, samplers: Sequence[Sampler], watches: Sequence[Watch]) -> list[Outcome]:
    """One token for each row of ``logits`` (B, V), which may have any float dtype and device, and is left as it is.

    Does not call ``observe``. Raises nothing for what the logits hold: such a row gets ``BadLogits``. Raises ``DeadEnd`` where a constraint
    leaves nothing.
    """
    scores = to_numpy(logits)
    outcomes: list[Outcome] = [BadLogits("")] * len(samplers)
    groups: defaultdict[tuple[Route, int], list[int]] = defaultdict(list)
    with np.errstate(all="ignore"):
        for row, peak in enumerate(scores.max(-1).tolist()):
            if math.isfinite(peak):
                way = samplers[row].route(watches[row].top_n > 0)
                groups[way, max(way.head, samplers[row].listed)].append(row)
            else:
                outcomes[row] = BadLogits(f"the largest logit is {peak}")
        for (way, head), members in groups.items():
            for some in _split(members, max(1, AT_ONCE // scores.shape[1])):
                group = Group(scores, some, [samplers[row] for row in some], [watches[row] for row in some])
                for row, outcome in zip(some, group.choose(way, head), strict=True):
                    outcomes[row] = outcome
    return outcomes


def _split(members: list[int], size: int) -> list[list[int]]:
    return [members[start : start + size] for start in range(0, len(members), size)]


class Group:
    """Rows of a step that take the same route."""

    def __init__(self, scores: NDArray[Any], members: list[int], samplers: list[Sampler], watches: list[Watch]) -> None:
        self._scores = scores if len(members) == len(scores) else scores[members]  # (B, V)
        self._samplers, self._watches = samplers, watches
        self._rows = Rows([sampler.state for sampler in samplers])

    def choose(self, way: Route, head: int) -> list[Choice]:
        if way.blindly_greedy:
            return self._greedy(way, head)
        start = self._start(head)
        trail = [self._step(step, way.watched) for step in walk(start, self._rows, way.stages, way.watched)]
        rolls = [sampler.roll() for sampler in self._samplers]
        fallen = fall(
            trail[-1].scores.listed, [0.0 if sampler.params.greedy else roll for sampler, roll in zip(self._samplers, rolls, strict=True)]
        )
        short = [fell.short for fell in fallen]
        if way.watched:
            short = [fell or row for fell, row in zip(short, incomplete(trail, self._watches), strict=True)]
        if head > way.head:
            self._remember(way, trail, fallen, short)
        if all(short):
            return self._again(way, head, short, [])
        choices = self._watched(trail, fallen, rolls, short) if way.watched else self._blind(trail[-1].scores.listed, fallen)
        return self._again(way, head, short, choices) if any(short) else choices

    def _step(self, step: Step, watched: bool) -> Step:
        """The trace needs the list, and a temperature that finds it does not have to sort again."""
        if watched:
            _ = step.scores.listed
        return step

    def _start(self, head: int) -> Dense:
        return Dense.start(self._scores, head)

    def _greedy(self, way: Route, head: int) -> list[Choice]:
        if self._rows.active.isdisjoint(stage.name for stage in way.stages):
            return [_plain(token) for token in self._scores.argmax(-1).tolist()]
        *_, (_, last) = walk(self._start(head), self._rows, way.stages)
        choices = [_plain(token) for token in last.best_ids.tolist()]
        return self._again(way, head, last.short, choices) if any(last.short) else choices

    def _blind(self, final: Listed, fallen: list[Fall]) -> list[Choice]:
        """Mirostat has to be told the probability of what was chosen."""
        steered = self._rows.on("mirostat")
        logprobs = [final.logprob(row, fell.position) if on else None for row, (fell, on) in enumerate(zip(fallen, steered, strict=True))]
        return [_plain(fell.token_id, logprob) for fell, logprob in zip(fallen, logprobs, strict=True)]

    def _watched(self, trail: list[Step], fallen: list[Fall], rolls: list[float], short: list[bool]) -> list[Choice]:
        tracer = Tracer(trail, self._rows, self._watches, fallen, short)
        traces = tracer.traces([sampler.pieces for sampler in self._samplers], [sampler.params.greedy for sampler in self._samplers], rolls)
        columns = ([fell.token_id for fell in fallen], tracer.logprobs, tracer.raw_logprobs, tracer.raw_ranks, tracer.raw_entropies, traces)
        return [Choice(*column) for column in zip(*columns, strict=True)]

    def _remember(self, way: Route, trail: list[Step], fallen: list[Fall], short: list[bool]) -> None:
        """Have the next step of each row begin with a list as long as this one needed: a flat distribution is seldom followed by a steep one."""
        lists = [step.scores for step in trail if isinstance(step.scores, Listed)]
        for row, (sampler, watch, fell, void) in enumerate(zip(self._samplers, self._watches, fallen, short, strict=True)):
            if not void:
                kept = [listed.count[row] for listed in lists if listed.cut[row]]
                sampler.listed = _enough(way.head, max(watch.top_n, fell.position, *kept), self._scores.shape[1])

    def _again(self, way: Route, head: int, short: list[bool], choices: list[Choice]) -> list[Choice]:
        """``choices`` with the rows that were ``short`` (B,) done again, with longer lists."""
        members = [row for row, again in enumerate(short) if again]
        group = Group(self._scores, members, [self._samplers[row] for row in members], [self._watches[row] for row in members])
        redone = dict(zip(members, group.choose(way, worth_it(_LONGER * head, self._scores.shape[1])), strict=True))
        return [redone[row] if again else choices[row] for row, again in enumerate(short)]


def _plain(token_id: int, logprob: float | None = None) -> Choice:
    return Choice(token_id, logprob, None, None, None, None)
