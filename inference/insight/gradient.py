"""Gradients of a text's next-token score with respect to the embeddings of its tokens, chunk by chunk. Knows nothing of runs.

Forwards, the keys and values of earlier chunks are leaves: each chunk has a graph of its own. Backwards, from the last chunk to the
first, a chunk starts from what later chunks found for its keys and values. The sum is the gradient of the whole text (the chain
rule, nothing is cut off), and no piece holds the engine's thread for longer than a chunk takes there and back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from inference.engine.aside import Pieces
from inference.engine.model import Model
from inference.insight.forward import Forward, OwnCache, hands_over

PIECE_TOKENS = 64  # back takes about twice as long as there

Score = Callable[[torch.Tensor], torch.Tensor]  # logits (V,) of the last position -> a number
Pair = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Slope:
    """``value`` of the score, and its ``gradient`` (T, width) with respect to the embeddings."""

    value: float
    gradient: torch.Tensor


def embeddings(embedding: Any, ids: Sequence[int], device: torch.device) -> torch.Tensor:
    """(T, width) what the embedding layer makes of ``ids``."""
    with torch.inference_mode(False), torch.no_grad():
        found: torch.Tensor = embedding(torch.tensor([list(ids)], device=device))[0]
    return found


def slope(model: Model, embedding: Any, ids: Sequence[int], inputs: torch.Tensor, score: Score) -> Pieces[Slope]:
    """The score after ``ids`` whose embeddings are ``inputs`` (T, width) instead of their own, and its gradient."""
    size = PIECE_TOKENS if hands_over(model) else len(ids)
    cache = _Leaves()
    forward = Forward(model, cache=cache)
    parts: list[_Part] = []
    value = torch.empty(0)
    for start in range(0, len(ids), size):
        with _differentiable():
            leaf = inputs[None, start : start + size].clone().requires_grad_()
            with _replaced(embedding, leaf):
                logits = forward.feed(ids[start : start + size])[-1]
            parts.append(_Part(leaf, cache.close()))
            if start + size >= len(ids):
                value = score(logits)
        yield
    found = [parts[-1].back([value], [torch.ones_like(value)], parts[:-1])]
    for n in range(len(parts) - 2, -1, -1):
        yield
        found.append(parts[n].back(*parts[n].owed(), parts[:n]))
    return Slope(float(value), torch.cat(found[::-1]))


@contextmanager
def _differentiable() -> Iterator[None]:
    """The engine's thread runs without gradients, and its tensors could never be part of a graph."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


@contextmanager
def _replaced(embedding: Any, output: torch.Tensor) -> Iterator[None]:
    hook = embedding.register_forward_hook(lambda module, args, own: output)
    try:
        yield
    finally:
        hook.remove()


class _Leaves(OwnCache):
    """Keys and values of the chunk at hand as made, of earlier ones as leaves."""

    def __init__(self) -> None:
        super().__init__(None)
        self._past: dict[int, list[Pair]] = {}
        self._made: dict[int, Pair] = {}

    def extend(self, layer: int, key: torch.Tensor, value: torch.Tensor) -> Pair:
        self._made[layer] = (key, value)
        keys, values = zip(*self._past.get(layer, ()), (key, value), strict=True)
        return torch.cat(keys, dim=2), torch.cat(values, dim=2)

    def close(self) -> list[_Kept]:
        """The chunk is over: what it made, with the leaves that stand for it from now on."""
        kept = []
        for layer, made in self._made.items():
            leaves = (made[0].detach().requires_grad_(), made[1].detach().requires_grad_())
            self._past.setdefault(layer, []).append(leaves)
            kept += [_Kept(*pair) for pair in zip(made, leaves, strict=True)]
        self._made = {}
        return kept


class _Kept:
    """Keys or values of one layer: in the graph of its chunk, and as the leaf that later chunks see."""

    def __init__(self, made: torch.Tensor, leaf: torch.Tensor) -> None:
        self.made, self.leaf = made, leaf
        self.gradient: torch.Tensor | None = None

    def owe(self, gradient: torch.Tensor | None) -> None:
        if gradient is not None:
            self.gradient = gradient if self.gradient is None else self.gradient + gradient


class _Part:
    """One chunk on the way back."""

    def __init__(self, leaf: torch.Tensor, kept: list[_Kept]) -> None:
        self._leaf, self._kept = leaf, kept

    def owed(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """What later chunks took of this one, and its gradients."""
        owing = [kept for kept in self._kept if kept.gradient is not None]
        return [kept.made for kept in owing], [kept.gradient for kept in owing if kept.gradient is not None]

    def back(self, outputs: list[torch.Tensor], gradients: list[torch.Tensor], earlier: Sequence[_Part]) -> torch.Tensor:
        """(n, width) gradient of this chunk's embeddings; ``earlier`` chunks are told what they are owed. Frees the chunk's graph."""
        if not outputs:  # beyond the window of everything that follows
            return torch.zeros_like(self._leaf[0])
        leaves = [kept for part in earlier for kept in part._kept]
        wanted = [self._leaf, *(kept.leaf for kept in leaves)]
        with torch.inference_mode(False):
            own, *others = torch.autograd.grad(outputs, wanted, gradients, allow_unused=True)
        for kept, gradient in zip(leaves, others, strict=True):
            kept.owe(gradient)
        self._kept = []
        found: torch.Tensor = own[0]
        return found
