"""The slow runner: each request by itself, with transformers' own cache. Knows nothing of scheduling.

For families that do not hand their attention to us, or whose results differ when they do (recurrent and hybrid caches, ALiBi).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from inference.engine.batch import Chunk, Heads, Output
from inference.engine.capture import selected
from inference.engine.loading import LoadedModel
from inference.events import Attention


class SoloRunner:
    """Runs one chunk after the other (``batch.Runner``)."""

    def __init__(self, loaded: LoadedModel, limit_bytes: int) -> None:
        self._model, self._device, self._limit = loaded.model, loaded.device, limit_bytes
        self._caches: dict[int, Any] = {}
        self._reserved = 0
        _use_attention_with_weights(loaded.model)
        self.bytes_per_token, self.layers, self.heads = self._measure()
        self.watchable = self.layers > 0

    @property
    def capacity_bytes(self) -> int:
        return self._reserved * self.bytes_per_token

    def fits(self, length: int) -> bool:
        return length * self.bytes_per_token <= self._limit

    def reserve(self, slots: int, length: int, filled: int | None = None) -> bool:
        if slots * length * self.bytes_per_token > self._limit:
            return False
        self._reserved = max(self._reserved, slots * length)
        return True

    def release(self) -> None:
        self._caches.clear()
        self._reserved = 0

    def move(self, source: int, target: int, length: int) -> None:
        if length:
            self._caches[target] = self._caches.pop(source)

    def clear(self, slot: int) -> None:
        self._caches.pop(slot, None)

    def forward(self, chunks: Sequence[Chunk]) -> Output:
        logits, attention = [], {}
        for n, chunk in enumerate(chunks):
            output = self._one(chunk)
            logits.append(output.logits[0, output.logits.shape[1] - chunk.rows :])
            if chunk.heads is not None and self.watchable:
                attention[n] = _rows(output.attentions, chunk.heads)
        return Output(torch.cat(logits), attention)

    def _one(self, chunk: Chunk) -> Any:
        cache = self._caches.get(chunk.slot) if chunk.past else None
        if cache is not None and cache.get_seq_length() > chunk.past:  # a step that failed half-way is being repeated
            cache.crop(chunk.past)
        options = {"output_attentions": True} if chunk.heads is not None and self.watchable else {}
        ids = torch.tensor([chunk.ids], device=self._device)
        output = self._model(input_ids=ids, past_key_values=cache, use_cache=True, **options)
        self._caches[chunk.slot] = output.past_key_values
        return output

    def _measure(self) -> tuple[int, int, int]:
        """Bytes a token, layers and heads with weights; the latter 0 for a family that does not return them.

        Nor does it count as returning them where asking for them changes the logits (Falcon loses its causal mask then).
        """
        with torch.inference_mode():
            ids = torch.arange(8, device=self._device)[None]
            plain = self._model(input_ids=ids, use_cache=True)
            output = self._model(input_ids=ids, use_cache=True, output_attentions=True)
        weights = [layer for layer in getattr(output, "attentions", None) or () if layer is not None and layer.shape[-2:] == (8, 8)]
        same = torch.allclose(plain.logits.float(), output.logits.float(), rtol=1e-2, atol=1e-2)
        layers = len(weights) if same else 0
        return _bytes_of(plain.past_key_values) // 8, layers, weights[0].shape[1] if layers else 0


def _use_attention_with_weights(model: Any) -> None:
    """Eager attention is the one that returns its weights."""
    try:
        model.set_attn_implementation("eager")
    except (ValueError, KeyError, AttributeError):
        return  # the family has only one attention


def _rows(weights: Sequence[torch.Tensor], heads: Heads) -> Attention:
    """``weights`` per layer (1, heads, queries, T)."""
    return selected(torch.stack([layer[0, :, -1].float() for layer in weights]), heads)


def _bytes_of(cache: Any) -> int:
    """Keys and values of all layers of a transformers cache."""
    tensors = [t for layer in cache.layers for t in (getattr(layer, "keys", None), getattr(layer, "values", None)) if t is not None]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
