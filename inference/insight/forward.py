"""One text through the model by itself, chunk by chunk, with keys and values of its own. Knows nothing of what is looked for.

This is how lens, attention maps and gradients look into a model: whoever asks sees every layer's attention as it is computed. It
runs on the engine's thread between two steps of the batch, and the batch's caches are left alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from inference.engine.attention import family_attention, running
from inference.engine.model import Model
from inference.engine.ragged import RaggedRunner
from inference.engine.stepping import Feeding, Past, Stepper

PIECE_TOKENS = 64  # fed between two yields: what is done to them besides takes longer than reading them


class Weighed(Protocol):
    """One layer's attention over one chunk of n positions, with T positions up to its end."""

    layer: int

    @property
    def weights(self) -> torch.Tensor:
        """(heads, n, T) float32, zero where not attended."""


class Attended:
    """The attention of one layer as the model asked for it: ``query`` (1, heads, n, D), ``keys`` and ``values`` (1, kv heads, T, D)."""

    def __init__(
        self, module: Any, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, allowed: torch.Tensor, options: dict[str, Any]
    ) -> None:
        self.layer: int = module.layer_idx
        self.query, self.keys, self.values = query, keys, values
        self.allowed = allowed  # (n, T) true where attended
        self.window: int | None = options.get("sliding_window") or None
        self.softcap: float | None = options.get("softcap")
        scaling = options.get("scaling")
        self.scaling: float = query.shape[-1] ** -0.5 if scaling is None else scaling
        self.output, self._given = self._attend(module, options)  # (1, n, heads, D of value)

    @property
    def scores(self) -> torch.Tensor:
        """(heads, n, T) float32: query times key times ``scaling``, before soft cap and mask."""
        heads, groups = self.query.shape[1], self.keys.shape[1]
        keys = self.keys[0].repeat_interleave(heads // groups, dim=0)
        return torch.matmul(self.query[0] * self.scaling, keys.transpose(1, 2)).float()

    @property
    def weights(self) -> torch.Tensor:
        if self._given is not None:
            return self._given[0].float()
        return torch.softmax(self.scores.masked_fill_(~self.allowed, float("-inf")), dim=-1)

    def _attend(self, module: Any, options: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor | None]:
        mask = self.allowed[None, None]
        own = family_attention(module, options)
        if own is None:
            output, _ = sdpa_attention_forward(module, self.query, self.keys, self.values, mask, scaling=self.scaling)
            return output, None
        added = torch.zeros(mask.shape, dtype=self.query.dtype, device=mask.device).masked_fill_(~mask, torch.finfo(self.query.dtype).min)
        return own(module, self.query, self.keys, self.values, added, **{**options, "scaling": self.scaling})


class Given:
    """The weights that a model returned by itself."""

    def __init__(self, layer: int, weights: torch.Tensor) -> None:
        self.layer = layer
        self.weights = weights.float()


class OwnCache:
    """The attention calls of one text (``attention.Pass``); ``see`` is told of each."""

    def __init__(self, see: Callable[[Attended], None] | None) -> None:
        self._see = see
        self._kept: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        keys, values = self.extend(module.layer_idx, key, value)
        allowed = _allowed(query.shape[2], keys.shape[2], options.get("sliding_window") or None, query.device)
        attended = Attended(module, query, keys, values, allowed, options)
        if self._see is not None:
            self._see(attended)
        return attended.output

    def extend(self, layer: int, key: torch.Tensor, value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Keys and values of ``layer`` up to the end of this chunk."""
        if layer in self._kept:
            key, value = (torch.cat(pair, dim=2) for pair in zip(self._kept[layer], (key, value), strict=True))
        self._kept[layer] = (key, value)
        return key, value


class Forward:
    """Feeds one text. ``see`` is told of each layer's attention of each chunk; of a model that runs by itself only where it gives weights."""

    def __init__(self, model: Model, see: Callable[[Any], None] | None = None, cache: OwnCache | None = None) -> None:
        self._network, self._device, self._see = model.network, model.device, see
        self._packed = hands_over(model)
        self._cache = cache or OwnCache(see)
        self._options = inspect.signature(self._network.forward).parameters
        self._feeding = getattr(model.runner, "feeding", Feeding.CHUNKS)
        self._alone = Past()
        self.past = 0

    def chunks(self, ids: Sequence[int], cell: int = 1) -> list[Sequence[int]]:
        """``ids`` in pieces of a multiple of ``cell`` tokens; in one piece for a model that cannot take a text in several."""
        size = max(1, PIECE_TOKENS // cell) * cell if self._packed or self._feeding is Feeding.CHUNKS else len(ids)
        return [ids[start : start + size] for start in range(0, len(ids), size)]

    def feed(self, ids: Sequence[int], rows: int = 1) -> torch.Tensor:
        """Logits (at least ``rows``, V): the last ones are those of the last positions of this chunk."""
        logits = self._feed_packed(ids, rows) if self._packed else self._feed_alone(ids, rows)
        self.past += len(ids)
        return logits

    def _feed_packed(self, ids: Sequence[int], rows: int) -> torch.Tensor:
        options: dict[str, Any] = {"input_ids": torch.tensor([list(ids)], device=self._device)}
        if "logits_to_keep" in self._options:
            options["logits_to_keep"] = max(1, rows)
        if "position_ids" in self._options:
            options["position_ids"] = torch.arange(self.past, self.past + len(ids), device=self._device)[None]
        with running(self._cache):
            logits: torch.Tensor = self._network(**options, use_cache=False).logits
        return logits[0]

    def _feed_alone(self, ids: Sequence[int], rows: int) -> torch.Tensor:
        """Caches change in place, which no gradient survives: with gradients there is none."""
        stepper = Stepper(self._network, Feeding.WHOLE if torch.is_grad_enabled() else self._feeding)
        self._alone.ids += ids
        fed = stepper.feed(self._alone, max(1, rows), self._see is not None)
        if self._see is not None:
            for layer, weights in enumerate(weights for weights in fed.attentions if weights is not None):
                self._see(Given(layer, weights[0]))
        return fed.logits


def hands_over(model: Model) -> bool:
    """Whether the model's attention calls come to us."""
    return isinstance(model.runner, RaggedRunner)


def _allowed(queries: int, keys: int, window: int | None, device: torch.device) -> torch.Tensor:
    """(queries, keys) true where the last ``queries`` positions attend."""
    query = torch.arange(keys - queries, keys, device=device)[:, None]
    key = torch.arange(keys, device=device)[None]
    allowed = key <= query
    return allowed if window is None else allowed & (key > query - window)
