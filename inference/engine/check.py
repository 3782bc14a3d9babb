"""Which runner a model takes, found out at load by comparing logits with the model's own forward pass. Knows nothing of scheduling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import torch

from inference.engine.batch import Chunk, Runner
from inference.engine.errors import ModelError
from inference.engine.invariant import CHUNK, SteadyRunner
from inference.engine.loading import LoadedModel
from inference.engine.ragged import RaggedRunner, Unpackable
from inference.engine.solo import SoloRunner
from inference.engine.stepping import Feeding
from inference.engine.weights import first_line

_TOKENS = 24
_LONGEST_CHECK = 600  # a window beyond this is not crossed by the check
_TOLERANCE = {torch.float32: 0.01, torch.float16: 0.05, torch.bfloat16: 0.2}  # mean deviation, in standard deviations of the logits


@dataclass(frozen=True, slots=True)
class Chosen:
    runner: Runner
    why: str  # why the fast runner was not taken; empty where it was


def choose_runner(loaded: LoadedModel, limit_bytes: int, batch_invariant: bool = False) -> Chosen:
    """The fast runner where it gives the model's own logits, else the slow one. Raises ``ModelError`` where neither does."""
    chosen = _choose(loaded, limit_bytes, SteadyRunner if batch_invariant else RaggedRunner)
    if batch_invariant and loaded.encoder is None:  # an encoder reads its prompt whole
        chosen.runner.fixed_chunk = CHUNK  # all that the slow runner lacks: it runs each request by itself
    return chosen


def _choose(loaded: LoadedModel, limit_bytes: int, fast: type[RaggedRunner]) -> Chosen:
    ids = _ids(loaded)
    reference = _reference(loaded, ids)
    if loaded.encoder is not None:
        return _fallback(loaded, limit_bytes, ids, reference, "it is an encoder-decoder")
    if (size := getattr(loaded.config, "attention_chunk_size", None)) and size < loaded.context:
        return _fallback(loaded, limit_bytes, ids, reference, f"it attends within blocks of {size} tokens")
    config = loaded.model.config.get_text_config(decoder=True)
    if _turns_with_length(config):
        return _fallback(loaded, limit_bytes, ids, reference, "its rotary frequencies change where a text grows long")
    own = config._attn_implementation
    try:
        return Chosen(_checked(fast, loaded, limit_bytes, ids, reference), "")
    except Unpackable as reason:
        loaded.model.set_attn_implementation(own)
        why = str(reason)
    return _fallback(loaded, limit_bytes, ids, reference, why)


def _turns_with_length(config: Any) -> bool:
    """Whether the longest text of a pass decides how all its positions are rotated ("longrope"): then requests cannot share a pass."""
    parameters = getattr(config, "rope_parameters", None) or {}
    kinds = [parameters, *(part for part in parameters.values() if isinstance(part, dict))]
    return any(kind.get("rope_type") == "longrope" for kind in kinds)


def _fallback(loaded: LoadedModel, limit_bytes: int, ids: list[int], reference: torch.Tensor, why: str) -> Chosen:
    """The best way of feeding the model one request at a time that gives its own logits."""
    reasons = [why]
    for feeding in list(Feeding)[0 if loaded.encoder is None else 1 :]:  # an encoder reads its prompt whole
        try:
            runner = _checked(partial(SoloRunner, feeding=feeding), loaded, limit_bytes, ids, reference)
            return Chosen(runner, "; ".join(reasons))
        except Unpackable as reason:
            reasons.append(f"as {feeding.value}: {reason}")
    raise ModelError("unsupported", f"{type(loaded.model).__name__} cannot be decoded step by step: {'; '.join(reasons)}")


def _checked(kind: Callable[[LoadedModel, int], Any], loaded: LoadedModel, limit: int, ids: list[int], reference: torch.Tensor) -> Runner:
    try:
        runner: Runner = kind(loaded, limit)
        with torch.inference_mode():
            found = _stepwise(runner, ids, _encoder_tokens(loaded, ids))
    except Unpackable:
        raise
    except Exception as error:
        raise Unpackable(f"it fails when run step by step: {error}") from error
    runner.release()
    spread = reference.float().std().clamp_min(1e-6)
    offered = found != float("-inf")  # all but what the model's own settings ban
    deviation = float((found.float() - reference.float())[offered].abs().mean() / spread)
    if not deviation <= _TOLERANCE[loaded.dtype]:
        raise Unpackable(f"its logits differ by {deviation:.3g} standard deviations when run step by step")
    return runner


def _encoder_tokens(loaded: LoadedModel, ids: list[int]) -> int:
    return len(ids) // 2 - 2 if loaded.encoder is not None else 0


def _reference(loaded: LoadedModel, ids: list[int]) -> torch.Tensor:
    """Logits (positions, V) of the model itself. Raises ``ModelError`` where it gives none."""
    split = _encoder_tokens(loaded, ids)
    encoder, decoder = (torch.tensor([part], device=loaded.device) for part in (ids[:split], ids[split:]))
    try:
        with torch.inference_mode():
            if split:
                return loaded.model(input_ids=encoder, decoder_input_ids=decoder, use_cache=False).logits[0]
            return loaded.model(input_ids=decoder, use_cache=False).logits[0]
    except Exception as error:  # whatever a model raises
        raise ModelError("unsupported", f"{type(loaded.model).__name__} fails in a plain forward pass: {first_line(error)}") from error


def _stepwise(runner: Runner, ids: list[int], split: int) -> torch.Tensor:
    """Logits of all positions that have any, from prefill chunks and single tokens, with a second request in the same passes."""
    if not runner.reserve(2, len(ids)):
        raise Unpackable("there is no memory for its cache")
    half = len(ids) // 2 - 1  # twice the same length: for each another, the libraries keep tables of several MiB
    cuts = [0, half, *range(2 * half, len(ids) + 1)]
    rows = []
    for start, end in pairwise(cuts):
        other = Chunk(1, ids[start:end][::-1], start, 0, encoder_tokens=split)
        one = Chunk(0, ids[start:end], start, end - max(start, split), encoder_tokens=split)
        rows.append(runner.forward([one, other]).logits)
    return torch.cat(rows)


def _ids(loaded: LoadedModel) -> list[int]:
    """Enough tokens to cross a short sliding window; spread over the vocabulary."""
    window = getattr(loaded.config, "sliding_window", None) or 0
    count = _TOKENS + window if window + _TOKENS <= _LONGEST_CHECK else _TOKENS
    return [(7 + 7919 * n) % loaded.vocab_size for n in range(min(count, loaded.context))]
