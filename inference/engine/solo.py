"""The fallback runner: each request by itself, with transformers' own cache. Knows nothing of scheduling.

For families that do not hand their attention to us, or whose results differ when they do (recurrent and hybrid caches, ALiBi,
encoder-decoders).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import torch

from inference.engine.batch import Chunk, Heads, Output
from inference.engine.capture import selected
from inference.engine.encoder import Seq2SeqStepper
from inference.engine.loading import LoadedModel
from inference.engine.stepping import Fed, Feeding, Past, Stepper
from inference.events import Attention

_SHORT, _LONG = 4, 8  # tokens at which the cache is measured: below any window


class Feeder(Protocol):
    """A model with its way of taking tokens."""

    feeding: Feeding

    def example(self, length: int) -> Past: ...

    def feed(self, past: Past, rows: int, watched: bool) -> Fed: ...


class SoloRunner:
    """Runs one chunk after the other (``batch.Runner``).

    Prompt tokens of which no logits are wanted are only collected where ``feeding`` is not ``CHUNKS``: they go through the model
    together with the last of them.
    """

    def __init__(self, loaded: LoadedModel, limit_bytes: int, feeding: Feeding = Feeding.CHUNKS) -> None:
        self._feeder, self.feeding = _feeder(loaded, feeding), feeding
        self.arena = self.fixed_chunk = None
        self._limit, self._vocab = limit_bytes, loaded.vocab_size
        self._pasts: dict[int, Past] = {}
        self._reserved = 0
        use_attention_with_weights(loaded.model)
        self.layers, self.heads = self._measure_attention()
        self._fixed_bytes, self.bytes_per_token = self._measure_cache()
        self.watchable = self.layers > 0

    @property
    def capacity_bytes(self) -> int:
        return self._reserved

    def held_bytes(self, slots: Sequence[int], length: int) -> int:
        """Bytes of the caches that ``slots`` really hold; a sliding window holds no more than its width."""
        return sum(self._pasts[slot].bytes for slot in slots if slot in self._pasts)

    def fits(self, length: int) -> bool:
        return self._bytes(1, length) <= self._limit

    def reserve(self, slots: int, length: int, filled: int | None = None) -> bool:
        if self._bytes(slots, length) > self._limit:
            return False
        self._reserved = max(self._reserved, self._bytes(slots, length))
        for slot in [slot for slot in self._pasts if slot >= slots]:
            del self._pasts[slot]
        return True

    def release(self) -> None:
        self._pasts.clear()
        self._reserved = 0

    def move(self, source: int, target: int, length: int) -> None:
        """As a copy: the cache itself is copied only when one of the two changes it."""
        self._pasts[target] = self._pasts[source].fork() if length and source in self._pasts else Past()
        self._pasts[target].back_to(length)

    def copy(self, source: int, target: int, length: int, start: int = 0) -> None:
        """All of it: where a cache is one object, what is there already cannot be kept."""
        self.move(source, target, length)

    def clear(self, slot: int) -> None:
        self._pasts.pop(slot, None)

    def forward(self, chunks: Sequence[Chunk]) -> Output:
        logits, attention = [], {}
        for n, chunk in enumerate(chunks):
            fed = self._one(chunk)
            if fed is not None:
                logits.append(fed.logits)
                if fed.attentions and chunk.heads is not None:
                    attention[n] = _rows(fed.attentions, chunk.heads)
        return Output(torch.cat(logits) if logits else torch.empty(0, self._vocab), attention)

    def _one(self, chunk: Chunk) -> Fed | None:
        past = self._past(chunk)
        past.ids += chunk.ids
        if not chunk.rows and self._feeder.feeding is not Feeding.CHUNKS:
            return None
        fed = self._feeder.feed(past, chunk.rows, chunk.heads is not None and self.watchable)
        if chunk.forced:
            _force(fed.logits[-1], chunk.forced)
        return fed

    def _past(self, chunk: Chunk) -> Past:
        """What the slot holds of this request; a step that failed half-way is being repeated where that is more than ``chunk.past``."""
        past = self._pasts.get(chunk.slot)
        if past is None or not chunk.past:
            past = self._pasts[chunk.slot] = Past(encoder_tokens=chunk.encoder_tokens)
        past.back_to(chunk.past)
        assert len(past.ids) == chunk.past
        return past

    def _bytes(self, slots: int, length: int) -> int:
        return slots * (self._fixed_bytes + length * self.bytes_per_token)

    def _measure_cache(self) -> tuple[int, int]:
        """Bytes of a request however short, and bytes for each token."""
        with torch.inference_mode():
            short, long = (self._held(length) for length in (_SHORT, _LONG))
        each = max(0, long - short) // (_LONG - _SHORT)
        return max(0, short - _SHORT * each), each

    def _held(self, length: int) -> int:
        past = self._feeder.example(length)
        self._feeder.feed(past, 1, False)
        return past.bytes

    def _measure_attention(self) -> tuple[int, int]:
        """Layers and heads that return their weights; (0, 0) for a family that does not.

        Nor does it count as returning them where asking for them changes the logits.
        """
        with torch.inference_mode():
            plain = self._feeder.feed(self._feeder.example(_LONG), 1, False).logits
            try:
                watched = self._feeder.feed(self._feeder.example(_LONG), 1, True)
            except Exception:  # a family that does not know the option
                return 0, 0
        weights = [layer for layer in watched.attentions if layer is not None and layer.shape[-1] == _LONG]
        same = torch.allclose(plain.float(), watched.logits.float(), rtol=1e-2, atol=1e-2)
        return (len(weights), weights[0].shape[1]) if weights and same else (0, 0)


def _force(logits: torch.Tensor, ids: Sequence[int]) -> None:
    """Make ``ids`` all that ``logits`` (V,) allow, each as likely as the others. As transformers' ``ForcedEOSTokenLogitsProcessor`` does."""
    logits.fill_(float("-inf"))
    logits[list(ids)] = 0.0


def _feeder(loaded: LoadedModel, feeding: Feeding) -> Feeder:
    if loaded.encoder is not None:
        return Seq2SeqStepper(loaded.model, loaded.encoder, feeding)
    return Stepper(loaded.model, feeding)


def use_attention_with_weights(model: Any) -> None:
    """Eager attention is the one that returns its weights."""
    with suppress(ValueError, KeyError, AttributeError):  # a family that has only one attention, or looks at its config
        model.set_attn_implementation("eager")
    config = model.config.get_text_config(decoder=True)
    if config._attn_implementation != "eager":
        config._attn_implementation = "eager"  # Falcon reads it at each call; ``check`` compares the logits in any case


def _rows(weights: Sequence[torch.Tensor], heads: Heads) -> Attention:
    """``weights`` per layer (1, heads, queries, T)."""
    return selected(torch.stack([layer[0, :, -1].float() for layer in weights if layer is not None]), heads)
