"""A run being decoded, whatever its strategy: its sequences, how it begins and ends, and what it says of that. Knows no other runs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch

from inference.decoding.sample import Ending, SampledSequence
from inference.decoding.speculative import Drafter, PromptLookup
from inference.engine.batch import Chunk, Heads
from inference.engine.drafting import Drafts, DraftSequence
from inference.engine.errors import RunError
from inference.engine.family import Family
from inference.engine.handle import Handle
from inference.engine.job import Fed, Job, Part
from inference.engine.meters import RunClock, now, peak_rss_bytes
from inference.engine.model import Model
from inference.events import Finished, Memory, Prefilled, Resumed, Started, Usage
from inference.pieces import Pieces
from inference.progress import Progress
from inference.sampling.sampler import Sampler
from inference.spec import RunSpec, Watch


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is made of. ``progress`` is what an earlier worker has logged of it; ``None``: it is a new one."""

    model: Model
    spec: RunSpec
    prompt_ids: list[int]
    progress: Progress | None
    handle: Handle
    clock: RunClock
    drafts: Drafts | None = None  # the draft model, where there is one
    negative_ids: Sequence[int] = ()  # what guidance moves away from, where the run asks for it

    @property
    def seed(self) -> int:
        assert self.spec.sampling.seed is not None
        return self.spec.sampling.seed

    @property
    def done(self) -> Progress:
        return self.progress or Progress()

    @property
    def encoder_tokens(self) -> int:
        """How many of the prompt's tokens an encoder reads; 0 for a decoder-only model."""
        return self.model.encoder_tokens(self.prompt_ids)

    @property
    def room(self) -> int:
        """Positions for prompt and output; an encoder has positions of its own."""
        return min(self.encoder_tokens + self.context, len(self.prompt_ids) + self.spec.sampling.max_tokens)

    @property
    def window(self) -> int:
        """Tokens that the output may have, whatever was asked for."""
        return self.encoder_tokens + self.context - len(self.prompt_ids)

    @property
    def context(self) -> int:
        """Positions that the output may fill: a negative prompt longer than the prompt takes its place in the model's window."""
        return self.model.info.context - self.longer

    @property
    def longer(self) -> int:
        """By how many tokens the negative prompt is longer than the prompt."""
        return max(0, len(self.negative_ids) - len(self.prompt_ids))

    def sequence(self) -> SampledSequence:
        """An output before its first token."""
        info, seen = self.model.info, self.prompt_ids[self.encoder_tokens :]
        return SampledSequence(self.spec.sampling, seen, info.eos_token_ids, self.model.pieces, self.context)

    @property
    def ends(self) -> set[int]:
        """Token ids that end the output."""
        params = self.spec.sampling
        return {*params.stop_token_ids, *(() if params.ignore_eos else self.model.info.eos_token_ids)}

    @property
    def last_tokens(self) -> tuple[int, ...]:
        """The tokens one of which the model wants as the last of ``max_tokens``; none where the run has the last word on that."""
        encoder, params = self.model.encoder, self.spec.sampling
        return () if encoder is None or params.ignore_eos or params.constraint is not None else encoder.last

    def drafter(self) -> Drafter | None:
        """What guesses ahead, where the run asks for it. Raises ``RunError`` where it needs a draft model that is not there."""
        params = self.spec.sampling
        if params.speculative == "prompt_lookup":
            return PromptLookup(params.max_matching_ngram_size, sorted(self.ends))
        if params.speculative == "off":
            return None
        if self.drafts is None:
            message = f"There is no draft model for {self.model.info.name!r}."
            raise RunError("no_draft_model", message, "sampling.speculative", "draft", "off, prompt_lookup")
        return DraftSequence(self.drafts, self.sampler, len(self.prompt_ids), sorted(self.ends))

    def sampler(self, sample: int = 0) -> Sampler:
        return self.model.sampler(self.spec, self.prompt_ids, sample)


class Pass(NamedTuple):
    """A forward pass over a part of the prompt."""

    tokens: int
    ms: float
    t_ms: float  # when it was over, since submission


class Generation(Job):
    """Its parts are ``families``. All get logits in the same step: no last token is fed before all can be."""

    def __init__(self, order: Order, families: Sequence[Sequence[Part]], most: int) -> None:
        super().__init__([part for parts in families for part in parts], most)
        self.order = order
        self._families = [Family(parts, order.model.runner) for parts in families]
        speed = order.spec.max_tokens_per_second
        self._period = 1 / speed if speed else 0.0
        self._passes: list[Pass] = []  # over the prompt
        self.reused_tokens = 0
        self._show(order.spec.watch)

    @property
    def clock(self) -> RunClock:
        return self.order.clock

    @property
    def pieces(self) -> Pieces:
        return self.order.model.pieces

    @property
    def cancelled(self) -> bool:
        return self.order.handle.cancelled or self._late

    @property
    def _late(self) -> bool:
        """Whether its time is over, which began with its first step in this worker."""
        limit, began = self.order.spec.sampling.max_time, self.clock.taken_up
        return limit > 0.0 and began is not None and now() - began >= limit

    @property
    def heads(self) -> Heads | None:
        """Attention rows wanted of the next tokens."""
        self._follow_viewers()
        return self._heads

    def _follow_viewers(self) -> None:
        handle = self.order.handle
        wanted, handle.wanted = handle.wanted, None
        if wanted is not None:
            self._show(self.order.model.watchable(wanted))

    def _show(self, watch: Watch) -> None:
        self.watch = watch
        mean, every = watch.attention != "off", watch.attention == "all"
        wanted = self.order.model.info.attention and (mean or watch.heads)
        self._heads = Heads(mean, every, watch.heads) if wanted else None

    def take_up(self) -> None:
        self.clock.taken_up = now()
        self.order.handle.put(self._started() if self.order.progress is None else Resumed(self.steps))
        self.go_on()

    @property
    @abstractmethod
    def steps(self) -> int:
        """Steps that have been said."""

    @abstractmethod
    def go_on(self) -> None:
        """Say what an earlier worker left unsaid: it may have died between the last token and the end."""

    @abstractmethod
    def stages_of(self) -> Sampler:
        """A sampler that knows the stages."""

    @property
    def given_text(self) -> str:
        """What the tokens that the output began with have released."""
        return ""

    def _started(self) -> Started:
        order, clock = self.order, self.clock
        pieces = [self.pieces(token_id) for token_id in order.prompt_ids]
        stages, given = self.stages_of().stages(), list(order.spec.output_token_ids)
        tokenize_ms, begun = clock.tokenize * 1e3, [self.pieces(token_id) for token_id in given]
        return Started(order.model.info, order.seed, stages, order.prompt_ids, pieces, clock.queue_ms, tokenize_ms, given, begun, self.given_text)

    def beginnings(self) -> Sequence[Part]:
        return [family.parts[0] for family in self._families if family.parts]  # none of a family that is over

    def reuse(self, part: Part, tokens: int) -> None:
        super().reuse(part, tokens)
        if not self.clock.prefilled:
            self.reused_tokens += tokens

    def chunks(self, budget: int) -> list[Chunk]:
        if len(self.parts) == 1 and self.decoding:  # as it mostly is
            return [self.last_chunk(self.parts[0])]
        for family in self._families:
            family.share()
        goals = [goal for family in self._families for goal in family.goals()]
        if (fixed := self.order.model.runner.fixed_chunk) is not None:
            return self._fixed_chunks(goals, fixed)
        whole = all(goal == len(part.ids) for part, goal in goals)
        enough = self.decoding or sum(goal - part.past for part, goal in goals) <= budget
        early = [] if whole and enough else list(_some(goals, budget, self.order.encoder_tokens))
        return early or [self.last_chunk(part) for part, _ in goals]

    def _fixed_chunks(self, goals: Sequence[tuple[Part, int]], fixed: int) -> list[Chunk]:
        """The same, however much others feed: each part's next chunk as it always is."""
        ends = [(part, part.end_of_chunk(goal, fixed)) for part, goal in goals]
        if all(end == len(part.ids) for part, end in ends):
            return [self.last_chunk(part) for part, _ in ends]
        return [Chunk(part.slot, part.ids[part.past : end], part.past, 0) for part, end in ends if end < len(part.ids)]

    def last_chunk(self, part: Part) -> Chunk:
        """All that ``part`` has not fed yet, and the logits after its last token."""
        order = self.order
        forced = order.last_tokens if len(part.ids) + 1 == len(order.prompt_ids) + order.spec.sampling.max_tokens else ()
        return Chunk(part.slot, part.ids[part.past :], part.past, 1, self.heads, order.encoder_tokens, forced)

    def use(self, fed: Sequence[Fed], logits: torch.Tensor, forward_ms: float) -> None:
        last = fed[0].chunk.rows > 0
        self._note_prefill(fed, last, forward_ms)
        if last and len(self.parts) == 1:
            self.step({self.parts[0]: fed[0]}, logits, forward_ms)
        elif last:
            by_slot = {one.chunk.slot: one for one in fed}
            self.step({part: one for family in self._families for part, one in _given(family, by_slot)}, logits, forward_ms)

    def _note_prefill(self, fed: Sequence[Fed], last: bool, forward_ms: float) -> None:
        if self.clock.prefilled:
            return
        moment = now()
        self._passes.append(Pass(sum(len(one.chunk.ids) for one in fed), forward_ms, self.clock.since_submission_ms(moment)))
        if last:
            self.clock.prefilled = moment
            self.order.handle.put(self._prefilled())

    def _prefilled(self) -> Prefilled:
        tokens = [one.tokens for one in self._passes]
        took, over = [one.ms for one in self._passes], [one.t_ms for one in self._passes]
        return Prefilled(sum(tokens) + self.reused_tokens, self.reused_tokens, tokens, self.clock.prefill_ms(), took, over)

    def preempt(self) -> None:
        super().preempt()
        self.clock.preemptions += 1
        if not self.clock.prefilled:
            self.reused_tokens = 0
            self._passes.clear()

    @abstractmethod
    def step(self, given: Mapping[Part, Fed], logits: torch.Tensor, forward_ms: float) -> None:
        """Every part that goes on has got its logits."""

    def wait(self) -> None:
        """Set when the next step is wanted, at the speed that the run asks for."""
        self.due = now() + self._period if self._period else 0.0

    def cancel(self) -> None:
        self.finish(Ending("cancelled" if self.order.handle.cancelled else "time"))

    def fail(self, error: RunError) -> None:
        self.finish(Ending("error"), error)

    def finish(self, ending: Ending, error: RunError | None = None) -> None:
        """Say the last event. Whatever was in the cache is not needed any more."""
        self.over = True
        info = None if error is None else error.info
        text, usage, timing = self.flush(), self.usage(), self.clock.timing()
        self.order.handle.put(Finished(ending.reason, ending.detail, text, info, usage, timing, self._memory()))

    @abstractmethod
    def flush(self) -> str:
        """Text that is still held back."""

    @abstractmethod
    def usage(self) -> Usage: ...

    def _memory(self) -> Memory | None:
        if self.clock.taken_up is None:
            return None
        runner = self.order.model.runner
        held = sum(runner.held_bytes([part.slot], part.past) for part in self.parts)
        return Memory(self.order.model.info.weight_bytes, held, runner.capacity_bytes, peak_rss_bytes())


def _some(goals: Sequence[tuple[Part, int]], budget: int, encoder_tokens: int) -> Iterator[Chunk]:
    """Up to ``budget`` tokens without logits: the last token of each part waits."""
    for part, goal in goals:
        end = min(goal, len(part.ids) - 1, part.past + budget)
        if end > part.past:
            budget -= end - part.past
            yield Chunk(part.slot, part.ids[part.past : end], part.past, 0, encoder_tokens=encoder_tokens)


def _given(family: Family, by_slot: Mapping[int, Fed]) -> Iterator[tuple[Part, Fed]]:
    """Whose logits each part takes: its own, or where all are alike those of the first, whose cache it gets as well."""
    family.share()
    parts = family.parts
    for part in parts:
        yield part, by_slot.get(part.slot) or by_slot[parts[0].slot]
