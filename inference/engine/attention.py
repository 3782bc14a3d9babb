"""Attention over ragged batches, for unmodified transformers models. Knows nothing of requests beyond their slot and length.

All tokens of a forward pass lie in one packed row ``(1, T)``: first one token of each decoding request, then the prefill chunks. A
model calls ``ragged_attention`` for each layer through transformers' ``AttentionInterface``; it writes the new keys and values into
the arena and attends per request: one masked call for all decoding rows, one call for each prefill chunk. The pass in progress
is found through a thread-local, because not every family hands its keyword arguments down to the attention function.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from inference.engine.arena import Arena, LayerShape
from inference.engine.batch import Chunk

NAME = "logitscope"


class Pass(Protocol):
    """What takes the attention calls of one forward pass."""

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor: ...


_current = threading.local()


@contextmanager
def running(this: Pass) -> Iterator[None]:
    """Send the attention calls of this thread to ``this``."""
    _current.value = this
    try:
        yield
    finally:
        _current.value = None


def ragged_attention(
    module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: Any = None, **options: Any
) -> tuple[torch.Tensor, None]:
    """``query`` (1, heads, T, D), ``key`` and ``value`` (1, kv heads, T, D) -> (1, T, heads, D of value)."""
    return _current.value.attend(module, query, key, value, options), None


AttentionInterface.register(NAME, ragged_attention)


class Probe:
    """A pass that only learns the shapes of the layers; its outputs are zeros."""

    def __init__(self) -> None:
        self.shapes: dict[int, LayerShape] = {}
        self.heads = 0

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        self.shapes[module.layer_idx] = LayerShape(key.shape[1], key.shape[3], value.shape[3])
        self.heads = max(self.heads, query.shape[1])
        return query.new_zeros(1, query.shape[2], query.shape[1], value.shape[3])


def family_attention(module: Any, options: dict[str, Any]) -> Callable[..., tuple[torch.Tensor, torch.Tensor]] | None:
    """The family's own eager function where it computes what SDPA cannot (soft caps, sinks); ``None`` where SDPA does."""
    plain = options.get("softcap") is None and options.get("s_aux") is None and not hasattr(module, "sinks")
    if plain and options.get("position_bias") is None:
        return None
    found: Callable[..., tuple[torch.Tensor, torch.Tensor]] = sys.modules[type(module).__module__].eager_attention_forward
    return found


@dataclass(frozen=True, slots=True)
class Query:
    """What capture needs of one layer of one pass: the packed queries, or the weights that the family's function computed."""

    query: torch.Tensor  # (1, heads, T, D)
    scaling: float
    window: int | None
    weights: dict[int, torch.Tensor] | None  # by chunk: (heads, keys), of its last position


class RaggedPass:
    """One forward pass over ``chunks``, of which the first ``decoding`` have one token and a past. ``watched`` keeps the queries."""

    def __init__(self, arena: Arena, chunks: Sequence[Chunk], decoding: int, watched: bool) -> None:
        self._arena = arena
        self._rows = _DecodeRows(chunks[:decoding], arena.device) if decoding > 1 else None
        first = decoding if decoding > 1 else 0
        starts = _starts(chunks)
        self._chunks = [(n, starts[n], chunks[n]) for n in range(first, len(chunks))]
        self._masks: dict[tuple[int, int | None, bool], torch.Tensor | None] = {}
        self.queries: dict[int, Query] | None = {} if watched else None

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        layer = module.layer_idx
        keys, values = self._arena.keys[layer], self._arena.values[layer]
        window = options.get("sliding_window") or None
        scaling = options.get("scaling")
        scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
        own = family_attention(module, options)
        weights: dict[int, torch.Tensor] | None = None if own is None or self.queries is None else {}
        call = _Call(module, own, scaling, options, weights)
        outputs = []
        if self._rows is not None:
            outputs.append(self._decode(call, query, key, value, keys, values, window))
        for index, start, chunk in self._chunks:
            outputs.append(self._chunk(call, index, start, chunk, query, key, value, keys, values, window))
        if self.queries is not None:
            self.queries[layer] = Query(query, scaling, window, weights)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=1)

    def _decode(
        self,
        call: _Call,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        window: int | None,
    ) -> torch.Tensor:
        rows = self._rows
        assert rows is not None
        n = rows.count
        keys[rows.slots, :, rows.positions] = key[0, :, :n].transpose(0, 1)
        values[rows.slots, :, rows.positions] = value[0, :, :n].transpose(0, 1)
        k, v = rows.cached(keys), rows.cached(values)
        q = rows.spread(query[0, :, :n].transpose(0, 1))  # (span, heads, D)
        out = call.decode(q, k, v, rows.mask(window), range(n), rows.offsets)
        return rows.gather(out).unsqueeze(0)

    def _chunk(
        self,
        call: _Call,
        index: int,
        start: int,
        chunk: Chunk,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        window: int | None,
    ) -> torch.Tensor:
        count, past, slot = len(chunk.ids), chunk.past, chunk.slot
        end, stop = past + count, start + count
        keys[slot, :, past:end] = key[0, :, start:stop]
        values[slot, :, past:end] = value[0, :, start:stop]
        first = max(0, past + 1 - window) if window else 0  # older keys are outside every query's window
        k, v = keys[slot : slot + 1, :, first:end], values[slot : slot + 1, :, first:end]
        if count == 1:
            return call.decode(query[0, :, start:stop].transpose(0, 1), k, v, None, (index,), None).unsqueeze(0)
        return call.prefill(query[:, :, start:stop], k, v, self._mask(index, chunk, window, call.own is not None), index)

    def _mask(self, index: int, chunk: Chunk, window: int | None, explicit: bool) -> torch.Tensor | None:
        """(1, 1, queries, keys), true where attended; ``None`` where plain causal attention says the same."""
        name = (index, window, explicit)
        if name not in self._masks:
            self._masks[name] = _causal_mask(chunk, window, explicit, self._arena.device)
        return self._masks[name]


def _causal_mask(chunk: Chunk, window: int | None, explicit: bool, device: torch.device) -> torch.Tensor | None:
    end = chunk.past + len(chunk.ids)
    if chunk.past == 0 and not explicit and (window is None or end <= window):
        return None
    first = max(0, chunk.past + 1 - window) if window else 0
    queries = torch.arange(chunk.past, end, device=device)[:, None]
    keys = torch.arange(first, end, device=device)[None]
    mask = keys <= queries
    return (mask if window is None else mask & (keys > queries - window))[None, None]


def _starts(chunks: Sequence[Chunk]) -> list[int]:
    starts, total = [], 0
    for chunk in chunks:
        starts.append(total)
        total += len(chunk.ids)
    return starts


@dataclass(frozen=True, slots=True)
class _Call:
    """The attention calls of one layer: by SDPA, or by the family's ``own`` function, whose weights are kept where wanted."""

    module: Any
    own: Callable[..., tuple[torch.Tensor, torch.Tensor]] | None
    scaling: float
    options: dict[str, Any]
    weights: dict[int, torch.Tensor] | None

    def decode(
        self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None, indices: Sequence[int], offsets: list[int] | None
    ) -> torch.Tensor:
        """One query a row: ``q`` (rows, heads, D), ``k`` and ``v`` (rows, kv heads, keys, D), ``mask`` (rows, 1, 1, keys) -> (rows, heads, D)."""
        if self.own is None:
            grouped = q.reshape(q.shape[0], k.shape[1], -1, q.shape[2])  # queries that share a kv head side by side
            out = F.scaled_dot_product_attention(grouped, k, v, attn_mask=mask, scale=self.scaling)
            return out.reshape(q.shape[0], q.shape[1], -1)
        out, weights = self._own(q.unsqueeze(2), k, v, mask)
        for n, index in enumerate(indices):
            self._keep(index, weights[offsets[n] if offsets else n, :, -1])
        return out[:, 0]

    def prefill(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None, index: int) -> torch.Tensor:
        """``q`` (1, heads, queries, D) -> (1, queries, heads, D). transformers' own wrapper, so that numbers match its ``generate``."""
        if self.own is None:
            out: torch.Tensor = sdpa_attention_forward(self.module, q, k, v, mask, scaling=self.scaling)[0]
            return out
        out, weights = self._own(q, k, v, mask)
        self._keep(index, weights[0, :, -1])
        return out

    def _own(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        added = None if mask is None else torch.zeros(mask.shape, dtype=q.dtype, device=q.device).masked_fill_(~mask, torch.finfo(q.dtype).min)
        assert self.own is not None
        options = {name: value for name, value in self.options.items() if name != "scaling"}
        return self.own(self.module, q, k, v, added, scaling=self.scaling, **options)

    def _keep(self, index: int, weights: torch.Tensor) -> None:
        if self.weights is not None:
            self.weights[index] = weights


class _DecodeRows:
    """Several requests with one token each, as one call over the range of slots in which they lie."""

    def __init__(self, chunks: Sequence[Chunk], device: torch.device) -> None:
        slots, positions = [chunk.slot for chunk in chunks], [chunk.past for chunk in chunks]
        self.count = len(slots)
        self.slots, self.positions = torch.tensor(slots, device=device), torch.tensor(positions, device=device)
        self.length = max(positions) + 1
        self._low, self._span = min(slots), max(slots) + 1 - min(slots)
        self._dense = slots == list(range(self._low, self._low + self.count))
        self._sparse = self._span > 2 * self.count  # then copying the rows is cheaper than attending for the idle slots between
        self.offsets = list(range(self.count)) if self._dense or self._sparse else [slot - self._low for slot in slots]
        self._at = None if self._dense or self._sparse else self.slots - self._low
        self._even = min(positions) == max(positions)
        self._masks: dict[int | None, torch.Tensor | None] = {}

    def cached(self, tensor: torch.Tensor) -> torch.Tensor:
        if self._sparse:
            return tensor[self.slots, :, : self.length]
        return tensor[self._low : self._low + self._span, :, : self.length]

    def spread(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows in the order of the chunks to rows in the order of the slots; idle slots get zeros."""
        if self._at is None:
            return rows
        spread = rows.new_zeros(self._span, *rows.shape[1:])
        spread[self._at] = rows
        return spread

    def gather(self, rows: torch.Tensor) -> torch.Tensor:
        return rows if self._at is None else rows[self._at]

    def mask(self, window: int | None) -> torch.Tensor | None:
        """(rows, 1, 1, keys), true where attended. An idle slot attends to its first position, to stay finite."""
        if window not in self._masks:
            self._masks[window] = self._mask(window)
        return self._masks[window]

    def _mask(self, window: int | None) -> torch.Tensor | None:
        inside = window is None or self.length <= window
        if self._even and self._at is None and inside:
            return None
        last = self.spread(self.positions[:, None])  # (rows, 1)
        keys = torch.arange(self.length, device=last.device)[None]
        mask = keys <= last
        return (mask if inside or window is None else mask & (keys > last - window))[:, None, None]
