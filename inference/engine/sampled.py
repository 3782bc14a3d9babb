"""Sampling and greedy decoding: one or several samples after one prompt, each with its own dice. Knows no other runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import numpy as np
import torch

from inference.decoding.sample import Ending
from inference.engine.batch import Chunk
from inference.engine.errors import RunError, failure
from inference.engine.generation import Generation, Order
from inference.engine.job import Draw, Fed, Part
from inference.engine.meters import now
from inference.events import Attention, Drafts, SampleFinished, Token, Usage
from inference.grammar import DeadEnd
from inference.sampling.arrays import to_numpy
from inference.sampling.sampler import Choice, Sampler
from inference.spec import RunSpec


class Sample:
    """One of them: its tokens, its text, its dice. What an earlier worker has logged of it is there from the start."""

    def __init__(self, order: Order, index: int) -> None:
        self.index = index
        self.sampler = order.sampler(index)
        self.sequence = order.sequence()
        done = [*order.spec.output_token_ids, *order.done.tokens.get(index, ())]
        self.part = Part([*order.prompt_ids, *done], len(order.prompt_ids))
        self.guide = Part([*order.negative_ids, *done], len(order.negative_ids)) if order.negative_ids else None  # the same output after the negative prompt
        self.given_text, ending = self._begin(order.spec)
        self.ending = ending or self._replay(order.done.tokens.get(index, ()), order.done.logprobs.get(index, ()))
        self._follow()
        self.said_ending = index in order.done.ended
        self.fed: Fed | None = None  # what its next token is drawn from
        self.guesses = Guesses()

    def _begin(self, spec: RunSpec) -> tuple[str, Ending | None]:
        """Take what the run was given of its output: the text of it, and why it is over with that. Raises ``RunError`` where it cannot go on."""
        given, text, ending = spec.output_token_ids, "", None
        if self.sampler.steered and len(spec.output_logprobs) < len(given):
            message = "A run with mirostat goes on only with the log-probabilities of its tokens."
            raise RunError("no_logprobs", message, "output_logprobs", len(spec.output_logprobs), len(given))
        for step, (token_id, logprob) in enumerate(zip_longest(given, spec.output_logprobs)):
            if ending is not None:
                raise RunError("ended_before", f"The output ends ({ending.reason}) before its token {step}.", "output_token_ids", step, _said(ending))
            self._check_allowed(token_id, step)
            self.sampler.observe(token_id, logprob)
            released, ending = self.sequence.push(token_id, self.sampler.done)
            text += released
        return text, ending

    def _check_allowed(self, token_id: int, step: int) -> None:
        guide = self.sampler.state.guide
        try:
            forbidden = guide is not None and guide.forbidden[token_id]
        except DeadEnd as error:
            raise failure(error) from error
        if forbidden:
            message = f"The constraint forbids token {token_id} at step {step} of the output."
            raise RunError("forbidden_token", message, "output_token_ids", token_id, f"sampling.{self.sampler.params.constraint}")

    def _replay(self, done: Sequence[int], logprobs: Sequence[float | None]) -> Ending | None:
        """Rebuild the state after ``done``; their text has been released already. Raises ``RunError`` where mirostat cannot go on."""
        if self.sampler.steered and (len(logprobs) < len(done) or None in logprobs):
            raise RunError("bad_progress", "A run with mirostat goes on only with the log-probabilities of its tokens.", "progress.logprobs")
        ending = None
        for token_id, logprob in zip_longest(done, logprobs[: len(done)]):
            self.sampler.observe(token_id, logprob)
            ending = self.sequence.push(token_id, self.sampler.done)[1]
        return ending

    @property
    def draw_row(self) -> int:
        """Of the step's logits."""
        assert self.fed is not None
        return self.fed.first + self.guesses.right

    @property
    def attention(self) -> Attention | None:
        """Of the position that the next token is drawn from: of a chunk only the last one's is known."""
        assert self.fed is not None
        return self.fed.attention if self.guesses.right == self.fed.chunk.rows - 1 else None

    def take(self, token_id: int, logprob: float | None) -> str:
        """The text that this token releases."""
        self.sampler.observe(token_id, logprob)
        text, self.ending = self.sequence.push(token_id, self.sampler.done)
        self.part.ids.append(token_id)
        if self.guide is not None:
            self.guide.ids.append(token_id)
        self._follow()
        self.guesses.check(token_id)
        if self.ending is not None or not self.guesses.standing:
            self.fed = None
            self.part.past = min(self.part.past, len(self.part.ids) - 1)  # a wrong guess is in the cache, and what came after it
        return text

    def _follow(self) -> None:
        """A sample that has ended feeds nothing more."""
        for part in (self.part, self.guide):
            if part is not None:
                part.over = self.ending is not None


@dataclass(slots=True)
class Guesses:
    """What was fed beyond the tokens that are certain, and how much of it has turned out right."""

    ids: list[int] = field(default_factory=list)
    step: int = 0  # of the first of them
    ms: float = 0.0
    right: int = 0
    standing: bool = False  # the last token chosen was guessed, so that the next one can be drawn at once

    def check(self, token_id: int) -> None:
        self.standing = self.right < len(self.ids) and self.ids[self.right] == token_id
        self.right += self.standing


def _said(ending: Ending) -> str:
    return ending.reason if ending.detail is None else f"{ending.reason} {ending.detail!r}"


class Sampled(Generation):
    """Samples are drawn side by side from one prompt, which is read once.

    With speculation each step also feeds what a ``Drafter`` guesses. The pipeline then draws position by position, each draw knowing
    what the one before gave, and goes on for as long as the guesses are what was drawn.
    """

    def __init__(self, order: Order) -> None:
        self._samples = [Sample(order, index) for index in range(order.spec.sampling.n)]
        guides = [sample.guide for sample in self._samples if sample.guide is not None]
        families = [[sample.part for sample in self._samples], *([guides] if guides else [])]
        super().__init__(order, families, order.room + order.longer)
        self._drafter = order.drafter()
        self._drafted = self._accepted = 0
        self._forward_ms = 0.0

    @property
    def length(self) -> int:
        return super().length + (self.order.spec.sampling.num_speculative_tokens if self._drafter else 0)

    def last_chunk(self, part: Part) -> Chunk:
        chunk = super().last_chunk(part)
        sample = self._samples[0]
        if self._drafter is None or not self.decoding:
            return chunk
        before = now()
        guesses = self._drafter.propose(part.ids, self._guessable(part))
        sample.guesses = Guesses(guesses, sample.sequence.count, (now() - before) * 1e3)
        return replace(chunk, ids=[*chunk.ids, *guesses], rows=1 + len(guesses))

    def _guessable(self, part: Part) -> int:
        """One token fewer than there may still be: the last one comes without a guess."""
        return min(self.order.spec.sampling.num_speculative_tokens, self.most - len(part.ids) - 1)

    @property
    def steps(self) -> int:
        return self._samples[0].sequence.count

    def stages_of(self) -> Sampler:
        return self._samples[0].sampler

    @property
    def given_text(self) -> str:
        return self._samples[0].given_text

    def go_on(self) -> None:
        self._end_what_has_ended()

    def step(self, given: Mapping[Part, Fed], logits: torch.Tensor, forward_ms: float) -> None:
        self._forward_ms = forward_ms
        for sample in self._samples:
            sample.fed = given.get(sample.part)
            if sample.fed is not None and sample.guide is not None:
                sample.sampler.state.negative = to_numpy(given[sample.guide].rows(logits))[0].astype(np.float64)

    def draws(self) -> Sequence[Draw]:
        return [Draw(sample.draw_row, sample.sampler, self.watch) for sample in self._drawing()]

    def _drawing(self) -> list[Sample]:
        return [sample for sample in self._samples if sample.fed is not None]

    def accept(self, choices: Sequence[Choice], sample_ms: float, batch: int) -> None:
        for sample, choice in zip(self._drawing(), choices, strict=True):
            self._take(sample, choice, sample_ms, batch)
        self.wait()
        self._end_what_has_ended()

    def _take(self, sample: Sample, choice: Choice, sample_ms: float, batch: int) -> None:
        assert sample.fed is not None
        moment, step, attention = now(), sample.sequence.count, sample.attention
        text = sample.take(choice.token_id, choice.logprob)
        self.clock.tokens.append(moment)
        self.order.handle.put(
            Token(
                step=step,
                id=choice.token_id,
                piece=self.pieces(choice.token_id),
                text=text,
                logprob=choice.logprob,
                raw_logprob=choice.raw_logprob,
                raw_rank=choice.raw_rank,
                raw_entropy=choice.raw_entropy,
                t_ms=self.clock.since_submission_ms(moment),
                forward_ms=self._forward_ms,
                sample_ms=sample_ms,
                batch=batch,
                kv_tokens=sum([min(part.past, len(part.ids) - 1) for part in self.parts]),
                trace=choice.trace,
                attention=attention,
                sample=sample.index,
            )
        )
        if sample.fed is None and sample.guesses.ids:
            self._say_guesses(sample)

    def _say_guesses(self, sample: Sample) -> None:
        guesses, sample.guesses = sample.guesses, Guesses()
        self._drafted += len(guesses.ids)
        self._accepted += guesses.right
        pieces = [self.pieces(token_id) for token_id in guesses.ids]
        self.order.handle.put(Drafts(guesses.step, guesses.ids, pieces, guesses.right, guesses.ms))

    def _end_what_has_ended(self) -> None:
        endings = [sample.ending for sample in self._samples]
        if len(endings) > 1:
            for sample in self._samples:
                if sample.ending is not None:
                    self._say_ending(sample, sample.ending)
        if endings[0] is not None and None not in endings:
            self.finish(endings[0])

    def _say_ending(self, sample: Sample, ending: Ending) -> None:
        if not sample.said_ending:
            sample.said_ending = True
            sequence = sample.sequence
            self.order.handle.put(SampleFinished(sample.index, ending.reason, ending.detail, sequence.flush(), sequence.count))

    def finish(self, ending: Ending, error: RunError | None = None) -> None:
        if self._drafter is not None:
            self._drafter.close()
        if len(self._samples) > 1 and self.clock.taken_up is not None:
            for sample in self._samples:
                self._say_ending(sample, sample.ending or ending)
        super().finish(ending, error)

    def flush(self) -> str:
        """Of several samples each has said its own."""
        return "" if len(self._samples) > 1 else self._samples[0].sequence.flush()

    def usage(self) -> Usage:
        prompt_tokens = len(self.order.prompt_ids)
        completion_tokens = sum(sample.sequence.count for sample in self._samples)
        return Usage(prompt_tokens, completion_tokens, min(prompt_tokens, self.reused_tokens), self._drafted, self._accepted)
