"""Everything that can be asked of a model about a text or a run. Any thread may ask; the engine's own does the work, in pieces.

``Insight(engine).lens(ids)`` and so on. What is dear to find again (logits of runs, the anatomy of the network) is kept for as long as the
engine lives. Knows nothing of sockets or tasks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from weakref import WeakKeyDictionary

from inference.engine.aside import Pieces, Work
from inference.engine.engine import Engine
from inference.engine.errors import RunError
from inference.grammar import DeadEnd
from inference.insight.anatomy import Anatomy, dissect
from inference.insight.attribution import attribution
from inference.insight.head import head_view
from inference.insight.lens import lens
from inference.insight.maps import LAYERS, ROLLOUT, attention_maps
from inference.insight.past import LogitCache, LogitRows, Past, check_begun
from inference.insight.score import read
from inference.insight.step import brought_to, step_view
from inference.insight.watching import KINDS, Replayed
from inference.insight.what_if import divergence, what_if
from inference.questions import (
    AskAttention,
    AskAttribution,
    AskDivergence,
    AskStep,
    AskWatchingCost,
    AttentionMaps,
    Attribution,
    Divergence,
    HeadView,
    Lens,
    Reading,
    StepView,
    WatchingCost,
    WhatIf,
)
from inference.sampling.sampler import Sampler
from inference.spec import SamplingParams, Watch

T = TypeVar("T")


class _Kept:
    """What is kept of one engine. Holds no engine, so that it goes when the engine goes."""

    def __init__(self) -> None:
        self.logits = LogitCache()
        self.anatomy: Anatomy | None = None


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


class Insight:
    """Questions to one engine. Every method blocks, and raises ``RunError`` with field, value and bound for what the model does not have."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._model = engine, engine.model
        self._memory = _kept.setdefault(engine, _Kept())

    def score(self, ids: Sequence[int], top: int = 0) -> Reading:
        """How likely the model finds each token of ``ids`` but the first, and the ``top`` likeliest there."""
        return read(self._engine, ids, top)

    def what_if(self, past: Past, sampling: SamplingParams) -> WhatIf:
        """Every step of ``past`` under ``sampling`` with the draws of ``past``: one forward pass the first time, none afterwards."""
        sampler = self._sampler(past, sampling)
        with _constrained(sampling):
            return what_if(self._memory.logits.pieces(self._engine, past), past.tokens, sampler, self._model.pieces)

    def step(self, past: Past, asked: AskStep) -> StepView:
        """One step of ``past`` in full, with the run's own draw: one forward pass the first time that any of its steps is asked for, none afterwards."""
        check_begun(past)
        _check("step", asked.step, 0, len(past.tokens) - 1)
        self._model.check_tokens(asked.tokens, "tokens")
        sampling = asked.sampling or past.sampling
        sampler = self._sampler(past, sampling)
        own, before = past.tokens[asked.step], past.tokens[: asked.step]
        with _constrained(sampling):
            brought_to(sampler, before, lambda: self._logits(past)[: asked.step])
            row = self._memory.logits.row(self._engine, past, asked.step)
            return step_view(row, asked.step, own, sampler, Watch(top_n=asked.top_n, pinned=asked.tokens))

    def watching_cost(self, past: Past, asked: AskWatchingCost) -> WatchingCost:
        """Milliseconds of the last steps of ``past`` with and without what a viewer sees, measured now."""
        check_begun(past)
        sampler = self._sampler(past, past.sampling)
        kinds = KINDS if self._model.info.attention else KINDS[:1]
        steps = min(asked.repeats, len(past.tokens) // len(kinds)) * len(kinds)
        if not steps:
            raise RunError("too_few_steps", f"The run has {len(past.tokens)} steps; {len(kinds)} are needed.", "run", len(past.tokens), len(kinds))
        before = past.tokens[: len(past.tokens) - steps]
        with _constrained(past.sampling):
            brought_to(sampler, before, lambda: self._logits(past)[: len(before)])
        return self._engine.perform(Replayed(past.ids, steps, sampler, kinds, asked.top_n))

    def divergence(self, past: Past, asked: AskDivergence, other: Insight | None = None) -> Divergence:
        """How far the final distributions of ``past`` are from those under other settings (by default its own), of ``other``'s model (by default its own)."""
        theirs, sampling = other or self, asked.sampling or past.sampling
        _check_vocabulary(self, theirs)
        check_begun(past)
        _check("first", asked.first, 0, len(past.tokens) - 1)
        since = past.since(asked.first)
        with _constrained(sampling):
            own, another = self._brought(past, past.sampling, asked.first), theirs._brought(past, sampling, asked.first)
            return divergence(self._logits(since), theirs._logits(since), since.tokens, own, another, asked.top_k, asked.first)

    def _brought(self, past: Past, sampling: SamplingParams, step: int) -> Sampler:
        """A sampler that stands before ``step``."""
        sampler = self._sampler(past, sampling)
        brought_to(sampler, past.tokens[:step], lambda: self._logits(past)[:step])
        return sampler

    def attention(self, ids: Sequence[int], asked: AskAttention) -> AttentionMaps:
        """Attention matrices of ``ids``."""
        self._check_ids(ids)
        last = len(ids) if asked.last is None else asked.last
        _check("last", last, 1, len(ids))
        _check("first", asked.first, 0, last - 1)
        if asked.first % asked.cell:
            raise RunError("out_of_range", f"Rows begin at a whole cell of {asked.cell} positions.", "first", asked.first, asked.cell)
        for index in asked.maps:
            self._check_map(*index)
        return self._do(attention_maps(self._model, ids, asked))

    def lens(self, ids: Sequence[int], first: int = 1, last: int | None = None, top: int = 3) -> Lens:
        """The logit lens at the positions from ``first`` to ``last`` - 1; by default all at which there is a token."""
        self._check_ids(ids)
        last = len(ids) if last is None else last
        _check("last", last, 2, len(ids) + 1)
        _check("first", first, 1, last - 1)
        return self._do(lens(self._model, self._anatomy, ids, first, last, top))

    def attribution(self, ids: Sequence[int], asked: AskAttribution) -> Attribution:
        """Which tokens before ``asked.position`` speak for the token there."""
        self._check_ids(ids)
        known = asked.token is not None
        _check("position", asked.position, 1, len(ids) if known else len(ids) - 1)
        token = asked.token if asked.token is not None else ids[asked.position]
        for field, one in (("token", token), ("versus", asked.versus), ("baseline", asked.baseline)):
            _check(field, one or 0, 0, self._model.info.vocab_size - 1)
        return self._do(attribution(self._model, ids[: asked.position], token, asked))

    def head(self, ids: Sequence[int], position: int, layer: int, head: int) -> HeadView:
        """One head as it chose the token at ``position``."""
        self._check_ids(ids)
        _check("position", position, 1, len(ids))
        _check("layer", layer, 0, self._model.info.layers - 1)
        _check("head", head, 0, self._model.info.heads - 1)
        return self._do(head_view(self._model, ids[:position], layer, head))

    def _do(self, pieces: Pieces[T]) -> T:
        return self._engine.perform(Work(pieces))

    def _anatomy(self) -> Anatomy:
        """On the engine's thread."""
        if self._memory.anatomy is None:
            self._memory.anatomy = dissect(self._model)
        return self._memory.anatomy

    def _logits(self, past: Past) -> LogitRows:
        return self._memory.logits.whole(self._engine, past)

    def _sampler(self, past: Past, sampling: SamplingParams) -> Sampler:
        spec = past.spec(sampling)
        self._check_ids(past.ids)
        self._model.check_settings(spec)
        _check_replayable(sampling)
        return self._model.sampler(spec, past.prompt_ids, past.sample)

    def _check_ids(self, ids: Sequence[int]) -> None:
        if self._model.network.config.is_encoder_decoder:
            raise RunError("encoder_decoder", "Insights into models with an encoder are not offered.", "model")
        _check("run", len(ids), 1, self._model.info.context)
        _check("run", max(ids), 0, self._model.info.vocab_size - 1)

    def _check_map(self, layer: int, head: int) -> None:
        info = self._model.info
        if not info.attention:
            raise RunError("no_attention", "This model does not give its attention weights.", "model")
        if (layer, head) in (LAYERS, ROLLOUT):
            return
        if not (0 <= layer < info.layers and -1 <= head < info.heads):
            bound = f"{info.layers} layers x {info.heads} heads"
            raise RunError("unknown_head", f"There is no head {head} in layer {layer}.", "maps", (layer, head), bound)


def _check(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise RunError("out_of_range", f"{field} is {value}; it may be from {low} to {high}.", field, value, f"{low}..{high}")


def _check_vocabulary(ours: Insight, theirs: Insight) -> None:
    """Two models can be compared only where the same id is the same token."""
    one, other = ours._model, theirs._model
    if one is other:
        return
    sizes = one.info.vocab_size, other.info.vocab_size
    if sizes[0] != sizes[1] or any(one.pieces(token) != other.pieces(token) for token in range(sizes[0])):
        raise RunError("other_vocabulary", "The two models do not have the same vocabulary.", "model", sizes[1], sizes[0])


def _check_replayable(sampling: SamplingParams) -> None:
    """Refuses what the raw logits of the run's own tokens do not decide."""
    if sampling.num_beams > 1:
        raise RunError("not_replayable", "Beam search does not choose step by step.", "sampling.num_beams", sampling.num_beams, 1)
    if sampling.guidance_scale != 1.0:
        raise RunError("not_replayable", "Guidance needs a second pass.", "sampling.guidance_scale", sampling.guidance_scale, 1.0)


@contextmanager
def _constrained(sampling: SamplingParams) -> Iterator[None]:
    """A constraint says nothing about steps whose past breaks it."""
    try:
        yield
    except DeadEnd as error:
        message = f"The run's own tokens do not keep to this constraint: {error}"
        raise RunError("constraint_broken", message, f"sampling.{sampling.constraint}") from error
