"""Beam search over log-probabilities that are handed in step by step. Knows nothing of models, caches or events.

The numbers and the rules are those of transformers 5 (``GenerationMixin._beam_search``), in float32 as there, so that beams and ties fall
alike: of each group's rows the best continuations by accumulated log-probability are candidates, so many that enough remain when all
of the best end; those among the first ``beams`` that end become hypotheses by ``total / length ** length_penalty``. Groups, which
transformers 5 leaves to others, follow Vijayakumar et al. 2016, "Diverse Beam Search": they are searched one after the other, each
pays ``diversity_penalty`` for every beam of an earlier group that has just taken the same token, and none knows the others' scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from inference.decoding.sample import Ending, SampledSequence
from inference.spec import SamplingParams

Fate = Literal["kept", "finished", "pruned"]
Adjust = Callable[[Sequence[int], torch.Tensor], torch.Tensor]

_NEVER = -1.0e9  # what transformers takes for minus infinity


@dataclass(frozen=True, slots=True)
class Beam:
    """A sequence that is being continued, or has ended."""

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]  # of each token, as the search added them up
    total: float
    sequence: SampledSequence
    text: str
    ending: Ending | None = None

    def extended(self, token_id: int, logprob: float, total: float) -> Beam:
        sequence = self.sequence.copy()
        text, ending = sequence.push(token_id)
        return Beam((*self.tokens, token_id), (*self.logprobs, logprob), total, sequence, self.text + text, ending)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A continuation that was considered in a step. ``parent`` and ``beam`` count over all groups; ``beam`` is -1 unless it was kept."""

    parent: int
    token_id: int
    logprob: float
    total: float
    score: float  # total / length ** length_penalty
    fate: Fate
    beam: int
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class Hypothesis:
    beam: Beam
    score: float


@dataclass(slots=True)
class Group:
    """Beams that compete with each other: numbers ``first`` to ``first + size - 1``."""

    first: int
    size: int
    totals: torch.Tensor  # (size,) float32, of the running beams
    scores: torch.Tensor  # (size,) float32, of the hypotheses
    hypotheses: list[Beam | None]  # (size,), best first
    improvable: bool = True
    done: bool = False

    @classmethod
    def start(cls, first: int, size: int) -> Group:
        """All beams are the same at first, so only the first one counts."""
        totals = torch.full((size,), _NEVER)
        totals[0] = 0.0
        return cls(first, size, totals, torch.full((size,), _NEVER), [None] * size)

    @property
    def members(self) -> range:
        return range(self.first, self.first + self.size)

    @property
    def full(self) -> bool:
        return None not in self.hypotheses


class BeamSearch:
    """``most``: new tokens at most; ``start``: the output before its first token; ``endings``: how many token ids end a sequence."""

    def __init__(self, params: SamplingParams, start: SampledSequence, most: int, endings: int) -> None:
        self._params, self._most, self.start = params, most, start
        self._factor = max(2, 1 + endings)
        size = params.num_beams // params.num_beam_groups
        self.groups = [Group.start(first, size) for first in range(0, params.num_beams, size)]
        self.beams = [Beam((), (), 0.0, start, "") for _ in range(params.num_beams)]
        self.parents = list(range(params.num_beams))  # of each beam among those of the step before
        self.length = 0  # tokens of each beam

    @property
    def done(self) -> bool:
        return all(group.done for group in self.groups)

    def goes_on(self, beam: int) -> bool:
        """Whether this beam is to be continued."""
        return not next(group for group in self.groups if beam in group.members).done

    def advance(self, logprobs: torch.Tensor, adjust: Adjust) -> list[Candidate]:
        """Continue all beams by a token; ``logprobs`` (beams, V) float32. Returns all candidates, in order of group and total.

        ``adjust`` gets the numbers of some beams and their log-probabilities, and applies penalties and bans to them.
        """
        before, taken = self.beams, torch.zeros(logprobs.shape[1])
        self.beams, self.parents = list(before), list(range(len(before)))
        candidates: list[Candidate] = []
        for group in self.groups:
            if not group.done:
                rows = logprobs[group.first : group.first + group.size] - self._params.diversity_penalty * taken
                candidates += self._advance(group, adjust(group.members, rows), before)
                taken.index_add_(0, torch.tensor([self.beams[n].tokens[-1] for n in group.members]), torch.ones(group.size))
        self.length += 1
        return candidates

    def _advance(self, group: Group, logprobs: torch.Tensor, before: list[Beam]) -> list[Candidate]:
        vocab = logprobs.shape[1]
        sums = (logprobs + group.totals[:, None]).reshape(-1)
        totals, places = torch.topk(sums, min(self._factor * group.size, len(sums)))
        parents, ids = (places // vocab).tolist(), (places % vocab).tolist()
        steps = [float(logprobs[parent, token]) for parent, token in zip(parents, ids, strict=True)]
        grown = [
            before[group.first + parent].extended(token, logprob, total)
            for parent, token, logprob, total in zip(parents, ids, steps, totals.tolist(), strict=True)
        ]
        ended = torch.tensor([beam.ending is not None for beam in grown])
        kept = self._keep(group, totals, ended, grown, parents)
        scores = totals / (self.length + 1) ** self._params.length_penalty
        finished = self._finish(group, scores, ended, grown)
        self._judge(group, bool(ended.all()))
        return [
            Candidate(
                group.first + parents[n], ids[n], steps[n], beam.total, float(scores[n]),
                "kept" if n in kept else "finished" if n in finished else "pruned", kept.get(n, -1), beam.ending,
            )
            for n, beam in enumerate(grown)
        ]  # fmt: skip

    def _keep(self, group: Group, totals: torch.Tensor, ended: torch.Tensor, grown: list[Beam], parents: list[int]) -> dict[int, int]:
        """Go on with the best that have not ended; returns the beam that each of them becomes. At the length limit all have."""
        running = totals + ended.float() * _NEVER
        chosen = torch.topk(running, group.size)[1]
        group.totals = running[chosen]
        for beam, n in zip(group.members, chosen.tolist(), strict=True):
            self.beams[beam], self.parents[beam] = grown[n], group.first + parents[n]
        return {n: beam for beam, n in zip(group.members, chosen.tolist(), strict=True) if grown[n].ending is None}

    def _finish(self, group: Group, scores: torch.Tensor, ended: torch.Tensor, grown: list[Beam]) -> set[int]:
        """Those that ended, were among the best, and are better than the worst hypothesis so far."""
        closed = (group.full and self._params.early_stopping is True) or not group.improvable
        eligible = ended & (torch.arange(len(grown)) < group.size)
        offered = scores + (closed * _NEVER) + (~eligible).float() * _NEVER
        merged: list[Beam | None] = [*group.hypotheses, *(beam if ok else None for beam, ok in zip(grown, eligible.tolist(), strict=True))]
        best = torch.topk(torch.cat([group.scores, offered]), group.size)
        group.scores, group.hypotheses = best.values, [merged[n] for n in best.indices.tolist()]
        return {n - group.size for n in best.indices.tolist() if n >= group.size and merged[n] is not None}

    def _judge(self, group: Group, stuck: bool) -> None:
        """Whether the group is done: no running beam can get better than the worst hypothesis, or none can go on."""
        early, penalty = self._params.early_stopping, self._params.length_penalty
        length = self._most if early == "never" and penalty > 0.0 else self.length + 1
        possible = group.totals[0] / length**penalty
        worst = group.scores.min() if group.full else torch.tensor(_NEVER)
        group.improvable = group.improvable and bool(possible > worst)
        group.done = not group.improvable or (group.full and early is True) or stuck

    def hypotheses(self) -> list[Hypothesis]:
        """The best ``n``, best first; of a search that is broken off also beams that were still running."""
        found = [
            Hypothesis(beam, float(score))
            for group in self.groups
            for beam, score in zip(group.hypotheses, group.scores, strict=True)
            if beam is not None
        ]
        if len(found) < self._params.n and self.length:
            running = [beam for n, beam in enumerate(self.beams) if beam.ending is None and self.goes_on(n)]
            found += [Hypothesis(beam, beam.total / self.length**self._params.length_penalty) for beam in running]
        return sorted(found, key=lambda one: -one.score)[: self._params.n]
