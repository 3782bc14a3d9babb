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
from itertools import accumulate
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
    return attend(module, query, key, value, options), None


def attend(module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
    """The same by the pass in progress, of the layer that ``module`` is."""
    out: torch.Tensor = _current.value.attend(module, query, key, value, options)
    return out


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


def used_options(module: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Those of the ``options`` that a model hands to its attention which change what comes out of it."""
    if family_attention(module, options) is not None:
        return options
    return {name: options[name] for name in ("scaling", "sliding_window") if options.get(name) is not None}


class LayerCall:
    """One layer's attention in one pass: what the model handed over, and where its cache is. Kept by the pass where rows are watched."""

    __slots__ = ("_module", "_options", "_own", "cached_keys", "cached_values", "key", "query", "scaling", "value", "weights", "window")

    def __init__(
        self, arena: Arena, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]
    ) -> None:
        self._module, self._options = module, options
        layer = module.layer_idx
        if layer not in arena.attention_of:  # looked up once: asking a module for what it lacks is slow
            arena.attention_of[layer] = family_attention(module, options)
        self._own = arena.attention_of[layer]
        self.query, self.key, self.value = query, key, value  # (1, heads, T, D), (1, kv heads, T, D) twice
        self.window: int | None = options.get("sliding_window") or None
        scaling = options.get("scaling")
        self.scaling: float = query.shape[-1] ** -0.5 if scaling is None else scaling
        self.cached_keys, self.cached_values = arena.keys[layer], arena.values[layer]  # (slots, kv heads, length, D)
        self.weights: dict[int, torch.Tensor] | None = None if self._own is None else {}  # by chunk: (heads, keys) of its last position

    @property
    def explicit(self) -> bool:
        """Whether masks must always be given: only SDPA knows causal attention without one."""
        return self._own is not None

    def decode(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor | None]:
        """One query a row: ``q`` (rows, heads, D), ``k`` and ``v`` (rows, kv heads, keys, D), ``mask`` (rows, 1, 1, keys).

        Returns (rows, heads, D) and, from a family's own function, the weights (rows, heads, keys).
        """
        if self._own is None:
            grouped = q.reshape(q.shape[0], k.shape[1], -1, q.shape[2])  # queries that share a kv head side by side
            out = F.scaled_dot_product_attention(grouped, k, v, attn_mask=mask, scale=self.scaling)
            return out.reshape(q.shape[0], q.shape[1], -1), None
        out, weights = self._by_family(q.unsqueeze(2), k, v, mask)
        return out[:, 0], weights[:, :, -1]

    def prefill(
        self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """``q`` (1, heads, queries, D) -> (1, queries, heads, D), weights of the last query (heads, keys).

        By transformers' own wrapper, so that the numbers are those of its ``generate``.
        """
        if self._own is None:
            return sdpa_attention_forward(self._module, q, k, v, mask, scaling=self.scaling)[0], None
        out, weights = self._by_family(q, k, v, mask)
        return out, weights[0, :, -1]

    def _by_family(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        assert self._own is not None
        if mask is not None:
            mask = torch.zeros(mask.shape, dtype=q.dtype, device=q.device).masked_fill_(~mask, torch.finfo(q.dtype).min)
        out, weights = self._own(self._module, q, k, v, mask, **{**self._options, "scaling": self.scaling})
        return out, weights


class RaggedPass:
    """One forward pass over ``chunks``, of which the first ``decoding`` have one token each. ``watched`` keeps the calls."""

    def __init__(self, arena: Arena, chunks: Sequence[Chunk], decoding: int, watched: bool) -> None:
        self._arena = arena
        self._rows = _DecodeRows(chunks[:decoding], arena.device) if decoding > 1 else None
        first = decoding if decoding > 1 else 0
        starts = list(accumulate((len(chunk.ids) for chunk in chunks), initial=0))
        self._chunks = [(n, starts[n], chunks[n]) for n in range(first, len(chunks))]
        self._masks: dict[tuple[int, int | None, bool], torch.Tensor | None] = {}
        self.calls: dict[int, LayerCall] | None = {} if watched else None

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        call = LayerCall(self._arena, module, query, key, value, options)
        if self.calls is not None:
            self.calls[module.layer_idx] = call
        if self._rows is None and len(self._chunks) == 1:
            return self._chunk(call, *self._chunks[0])
        outputs = [] if self._rows is None else [self._decode(call, self._rows)]
        outputs += [self._chunk(call, index, start, chunk) for index, start, chunk in self._chunks]
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim=1)

    def _decode(self, call: LayerCall, rows: _DecodeRows) -> torch.Tensor:
        n = rows.count
        call.cached_keys[rows.slots, :, rows.positions] = call.key[0, :, :n].transpose(0, 1)
        call.cached_values[rows.slots, :, rows.positions] = call.value[0, :, :n].transpose(0, 1)
        q = rows.spread(call.query[0, :, :n].transpose(0, 1))  # (span, heads, D)
        out, weights = call.decode(q, rows.cached(call.cached_keys), rows.cached(call.cached_values), rows.mask(call.window))
        if weights is not None and call.weights is not None:
            call.weights.update(enumerate(rows.gather(weights)))
        return rows.gather(out).unsqueeze(0)

    def _chunk(self, call: LayerCall, index: int, start: int, chunk: Chunk) -> torch.Tensor:
        count, past, window = len(chunk.ids), chunk.past, call.window
        keys, values = call.cached_keys.narrow(0, chunk.slot, 1), call.cached_values.narrow(0, chunk.slot, 1)
        keys.narrow(2, past, count).copy_(call.key.narrow(2, start, count))  # narrow: a third of the time that indexing takes
        values.narrow(2, past, count).copy_(call.value.narrow(2, start, count))
        first = max(0, past + 1 - window) if window else 0  # older keys are outside every query's window
        k, v = keys.narrow(2, first, past + count - first), values.narrow(2, first, past + count - first)
        q = call.query.narrow(2, start, count)
        if count == 1:
            out, weights = call.decode(q.view(1, q.shape[1], q.shape[3]), k, v, None)
            out, weights = out.unsqueeze(0), None if weights is None else weights[0]
        else:
            out, weights = call.prefill(q, k, v, self._mask(index, chunk, window, call.explicit))
        if weights is not None and call.weights is not None:
            call.weights[index] = weights
        return out

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


class _DecodeRows:
    """Several requests with one token each, as one call over the range of slots in which they lie."""

    def __init__(self, chunks: Sequence[Chunk], device: torch.device) -> None:
        slots, positions = [chunk.slot for chunk in chunks], [chunk.past for chunk in chunks]
        self.count = len(slots)
        self.slots, self.positions = torch.tensor(slots, device=device), torch.tensor(positions, device=device)
        self.length = max(positions) + 1
        self._low, self._span = min(slots), max(slots) + 1 - min(slots)
        dense = slots == list(range(self._low, self._low + self.count))
        self._sparse = self._span > 2 * self.count  # then copying the rows is cheaper than attending for the idle slots between
        self._at = None if dense or self._sparse else self.slots - self._low
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
