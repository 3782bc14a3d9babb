"""Beam search in the running batch: one sequence of the job for each beam, whose cache follows it. Knows no other runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from inference.decoding.beam import BeamSearch, Candidate, Hypothesis
from inference.decoding.sample import Ending
from inference.engine.errors import RunError
from inference.engine.generation import Generation, Order
from inference.engine.job import Fed, Part
from inference.engine.meters import now
from inference.events import BeamCandidate, BeamHypothesis, Beams, Hypotheses, Token, Usage
from inference.sampling.adjust import adjusted, adjusts
from inference.sampling.sampler import Sampler


class Beamed(Generation):
    """Says ``Beams`` in every step; at the end ``Hypotheses``, and the tokens of the best one as ``Token``.

    A run that is taken up again is searched from its beginning, which gives the same beams, and says only what has not been said.
    """

    def __init__(self, order: Order) -> None:
        params = order.spec.sampling
        parts = [Part(order.prompt_ids) for _ in range(params.num_beams)]
        super().__init__(order, [parts], order.room)
        self._sampler = order.sampler()
        self._samplers = [order.sampler() for _ in parts] if adjusts(self._sampler) else []
        start = order.sequence()
        self._search = BeamSearch(params, start, order.room - len(order.prompt_ids), len(order.ends))
        self._beams = list(parts)  # in order of the beams
        self._best: Hypothesis | None = None
        self._told = start.copy()  # what of the best one has been said

    @property
    def steps(self) -> int:
        return self.order.done.beam_steps

    def stages_of(self) -> Sampler:
        return self._sampler

    def go_on(self) -> None:
        """Nothing is left unsaid that the search does not come to again."""

    def step(self, given: Mapping[Part, Fed], logits: torch.Tensor, forward_ms: float) -> None:
        before = now()
        fed = [given.get(part) for part in self._beams]
        rows = [one.first if one is not None else 0 for one in fed]  # of a group that is done nobody looks at the row
        logprobs = torch.log_softmax(logits[rows].float().cpu(), dim=-1)
        _check(logprobs)
        step = self._search.length
        candidates = self._search.advance(logprobs, self._adjust)
        self._follow()
        self.wait()
        self._say(step, candidates, forward_ms, (now() - before) * 1e3)
        if self._search.done:
            self.finish(Ending("length"))

    def _adjust(self, beams: Sequence[int], logprobs: torch.Tensor) -> torch.Tensor:
        """Penalties, biases and bans; of beams that are out of the race, since a ban left them nothing, nobody looks at the numbers."""
        able = [k for k, n in enumerate(beams) if self._search.beams[n].total > -torch.inf]
        if not self._samplers or not able:
            return logprobs
        found = adjusted(logprobs[able].numpy(), [self._samplers[beams[k]] for k in able])
        return logprobs.index_copy(0, torch.tensor(able), torch.from_numpy(found).float())

    def _follow(self) -> None:
        """Give each beam the cache of the beam that it continues: one of several children keeps it, the others get copies."""
        parents, before = self._search.parents, self._beams
        heirs: dict[int, int] = {}
        for beam, parent in enumerate(parents):
            heirs.setdefault(parent, beam)
        idle = [before[n] for n in range(len(before)) if n not in heirs]
        self._beams = [before[parent] if heirs[parent] == beam else idle.pop() for beam, parent in enumerate(parents)]
        for part, parent in zip(self._beams, parents, strict=True):
            if part is not before[parent]:
                self._copy(before[parent], part)
        self._observe(parents, heirs)
        for n, part in enumerate(self._beams):
            part.ids = [*self.order.prompt_ids, *self._search.beams[n].tokens]
            part.over = not self._search.goes_on(n)

    def _copy(self, source: Part, target: Part) -> None:
        alike = next((n for n, (a, b) in enumerate(zip(source.ids, target.ids, strict=False)) if a != b), len(source.ids))
        self.order.model.runner.copy(source.slot, target.slot, source.past, min(alike, target.past))
        target.past = source.past

    def _observe(self, parents: Sequence[int], heirs: Mapping[int, int]) -> None:
        if not self._samplers:
            return
        before = self._samplers
        self._samplers = [
            self._extended(before[parent], tokens) if heirs[parent] == beam else self._replayed(tokens)
            for beam, (parent, tokens) in enumerate(zip(parents, (beam.tokens for beam in self._search.beams), strict=True))
        ]

    def _extended(self, sampler: Sampler, tokens: Sequence[int]) -> Sampler:
        sampler.observe(tokens[-1])
        return sampler

    def _replayed(self, tokens: Sequence[int]) -> Sampler:
        """State changes through ``observe`` alone, so this is a copy of the parent's, one token on."""
        sampler = self.order.sampler()
        for token_id in tokens:
            sampler.observe(token_id)
        return sampler

    def _say(self, step: int, candidates: Sequence[Candidate], forward_ms: float, search_ms: float) -> None:
        if step >= self.order.done.beam_steps:
            said = [self._candidate(one) for one in candidates]
            t_ms = self.clock.since_submission_ms(now())
            self.order.handle.put(Beams(step, said, t_ms, forward_ms, search_ms, sum(part.past for part in self.parts)))

    def _candidate(self, one: Candidate) -> BeamCandidate:
        piece = self.pieces(one.token_id)
        return BeamCandidate(one.parent, one.token_id, piece, one.logprob, one.total, one.score, one.fate, one.beam)

    def finish(self, ending: Ending, error: RunError | None = None) -> None:
        """What has been found by then is said, also where the search is broken off."""
        if error is None and self.clock.taken_up is not None:
            found = self._conclude()
            ending = (self._search.done and found) or ending
        super().finish(ending, error)

    def _conclude(self) -> Ending | None:
        """Say what was found; why the best one ended, where it had."""
        found = self._search.hypotheses()
        if not found:
            return None
        self._best = found[0]
        if not self.order.done.hypotheses:
            self.order.handle.put(Hypotheses([self._hypothesis(one) for one in found]))
        self._tell(self._best)
        return self._best.beam.ending

    def _hypothesis(self, one: Hypothesis) -> BeamHypothesis:
        beam = one.beam
        text = beam.text + beam.sequence.copy().flush()
        ending = beam.ending or Ending("cancelled")
        pieces = [self.pieces(token_id) for token_id in beam.tokens]
        return BeamHypothesis(list(beam.tokens), pieces, text, list(beam.logprobs), beam.total, one.score, ending.reason, ending.detail)

    def _tell(self, best: Hypothesis) -> None:
        """The tokens of the best hypothesis, for readers who know nothing of beams."""
        told = len(self.order.done.tokens.get(0, ()))
        for step, (token_id, logprob) in enumerate(zip(best.beam.tokens, best.beam.logprobs, strict=True)):
            text, _ = self._told.push(token_id)
            if step >= told:
                self._put_token(step, token_id, text, logprob)

    def _put_token(self, step: int, token_id: int, text: str, logprob: float) -> None:
        moment = now()
        self.clock.tokens.append(moment)
        self.order.handle.put(
            Token(
                step=step,
                id=token_id,
                piece=self.pieces(token_id),
                text=text,
                logprob=logprob,
                raw_logprob=None,
                raw_rank=None,
                raw_entropy=None,
                t_ms=self.clock.since_submission_ms(moment),
                forward_ms=0.0,
                sample_ms=0.0,
                batch=len(self.parts),
                kv_tokens=sum(part.past for part in self.parts),
                trace=None,
                attention=None,
            )
        )

    def flush(self) -> str:
        return self._told.flush()

    def usage(self) -> Usage:
        return Usage(len(self.order.prompt_ids), 0 if self._best is None else len(self._best.beam.tokens), 0)


def _check(logprobs: torch.Tensor) -> None:
    """Raises ``RunError`` for logits that are no distribution."""
    if bool(logprobs.isnan().any()):
        raise RunError("bad_logits", "The model gave no usable logits: a log-probability is not a number.")
