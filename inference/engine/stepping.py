"""One request at a time through a decoder with transformers' own cache. Knows nothing of slots, requests or memory limits.

The arguments of each forward pass are those that ``generate`` would give (``prepare_inputs_for_generation``), so that recurrent and
hybrid caches work as their family means them to.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

_CACHE_NAMES = ("past_key_values", "cache_params", "state", "mems", "past_buckets_states")  # as in generation/utils.py


class Feeding(Enum):
    """How a family takes the tokens of a request; the better ways come first."""

    CHUNKS = "chunks"  # any number of tokens may follow what is in the cache
    STEPS = "steps"  # the cache takes single tokens only: a prompt goes through whole
    WHOLE = "whole"  # no cache that could be used: every step runs over all tokens


@dataclass(slots=True)
class Past:
    """The tokens of one request so far, of which ``cache`` holds the first ``fed``."""

    ids: list[int] = field(default_factory=list)
    fed: int = 0
    cache: Any = None
    shared: bool = False  # another request holds the same cache: it is copied before it changes
    encoder_tokens: int = 0  # of ``ids``, those that an encoder reads
    encoded: Any = None  # the encoder's output

    def forget(self) -> None:
        """Keep the tokens only."""
        self.cache, self.fed, self.shared = None, 0, False

    def back_to(self, length: int) -> None:
        """Drop the tokens from ``length`` on. A cache that cannot be cut is dropped, and made again when it is needed."""
        del self.ids[length:]
        if length < self.encoder_tokens:
            self.encoded = None
        if self.fed <= length:
            return
        if length == 0 or not _cuttable(self.cache):
            self.forget()
            return
        self._own()
        self.cache.crop(length - self.fed)
        self.fed = length

    def fork(self) -> Past:
        """Another request with the same tokens so far."""
        self.shared = True
        return Past(list(self.ids), self.fed, self.cache, True, self.encoder_tokens, self.encoded)

    def _own(self) -> None:
        if self.shared:
            self.cache, self.shared = copy.deepcopy(self.cache), False

    def take(self) -> tuple[Any, int]:
        """The cache, to be changed, and how many tokens it holds; ``None`` where there is none yet. Until ``keep`` there is none, whatever happens."""
        self._own()
        cache, fed = self.cache, self.fed
        self.forget()
        return cache, fed

    def keep(self, cache: Any) -> None:
        self.cache, self.fed = cache, len(self.ids)

    @property
    def bytes(self) -> int:
        """Keys, values and states."""
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors_of([self.cache, self.encoded]))


@dataclass(frozen=True, slots=True)
class Fed:
    logits: torch.Tensor  # (rows, V)
    attentions: tuple[torch.Tensor, ...]  # per layer (1, heads, queries, T); empty where they were not asked for


class Stepper:
    """A decoder-only model. ``feeding`` must be one that ``check`` has found to give the model's own logits."""

    def __init__(self, model: Any, feeding: Feeding) -> None:
        self._model, self.feeding, self._device = model, feeding, model.device
        self._keeps_rows = "logits_to_keep" in inspect.signature(model.forward).parameters

    def example(self, length: int) -> Past:
        """A request of ``length`` positions, to measure."""
        return Past(list(range(length)))

    def feed(self, past: Past, rows: int, watched: bool) -> Fed:
        """Run the tokens of ``past`` that its cache lacks; logits of the last ``rows`` positions."""
        if past.fed and (past.fed == len(past.ids) or (self.feeding is not Feeding.CHUNKS and past.fed < len(past.ids) - 1)):
            past.forget()
        output = self._run(past, rows, watched)
        attentions = output.get("attentions")
        return Fed(output.logits[0, output.logits.shape[1] - rows :], tuple(attentions) if attentions else ())

    def _run(self, past: Past, rows: int, watched: bool) -> Any:
        cache, fed = past.take()
        inputs = self._inputs(past.ids, cache, fed)
        if self._keeps_rows:
            inputs["logits_to_keep"] = max(1, rows)
        output = self._model(**inputs, **({"output_attentions": True} if watched else {}))
        if self.feeding is not Feeding.WHOLE:
            past.keep(_cache_in(output))
        return output

    def _inputs(self, ids: list[int], cache: Any, fed: int) -> dict[str, Any]:
        all_ids = torch.tensor([ids], device=self._device)
        first = cache is None
        options: dict[str, Any] = {"use_cache": self.feeding is not Feeding.WHOLE, "attention_mask": torch.ones_like(all_ids)}
        if first and self.feeding is not Feeding.WHOLE:
            options |= self._new_cache()
        elif not first:
            options[self._cache_name()] = cache
        length = None if first else len(ids) - fed
        inputs: dict[str, Any] = self._model.prepare_inputs_for_generation(
            all_ids, next_sequence_length=length, is_first_iteration=first, **options
        )
        return inputs

    def _new_cache(self) -> dict[str, Any]:
        """As ``generate`` begins: some families make their cache themselves."""
        if self._cache_name() != "past_key_values" or not self._model._supports_default_dynamic_cache():
            return {}
        return {"past_key_values": DynamicCache(config=self._model.config.get_text_config(decoder=True))}

    def _cache_name(self) -> str:
        names = inspect.signature(self._model.forward).parameters
        return next((name for name in _CACHE_NAMES if name in names), "past_key_values")


def _cache_in(output: Any) -> Any:
    found = next((output[name] for name in _CACHE_NAMES if output.get(name) is not None), None)
    if found is None:
        raise ValueError("it returns no cache")
    return found


def _cuttable(cache: Any) -> bool:
    """Whether positions can be dropped from the end: not from recurrent states, nor from a window that has moved on."""
    layers = getattr(cache, "layers", None) or ()
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


def tensors_of(value: Any) -> Iterator[torch.Tensor]:
    """All tensors of a cache, whatever its kind: in lists, dictionaries and attributes of transformers' cache objects."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_of(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_of(item)
    elif str(type(value).__module__).startswith("transformers.") and hasattr(value, "__dict__"):
        yield from tensors_of(list(vars(value).values()))
