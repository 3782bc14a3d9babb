"""One forward pass as the scheduler asks for it: chunks of requests' tokens, and what comes back. Knows nothing of scheduling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch

from inference.engine.arena import Arena
from inference.events import Attention


@dataclass(frozen=True, slots=True)
class Heads:
    """Attention rows that somebody wants: the mean over heads of each layer, every head, chosen (layer, head) pairs."""

    mean: bool
    every: bool
    chosen: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive tokens of one request: a part of its prompt, or the one token chosen last."""

    slot: int
    ids: list[int]
    past: int  # positions of this request already in the cache
    rows: int  # how many of the last positions' logits are needed: 0, 1 or all
    heads: Heads | None = None  # attention rows of the last position
    encoder_tokens: int = 0  # how many of the request's first tokens an encoder reads (encoder-decoders only)
    forced: tuple[int, ...] = ()  # the only tokens that may follow, where the model says so (encoder-decoders only)


@dataclass(frozen=True, slots=True)
class Output:
    """``logits`` (R, V): the rows that the chunks asked for, in order of the chunks."""

    logits: torch.Tensor
    attention: dict[int, Attention] = field(default_factory=dict)  # by index of the chunk


class Runner(Protocol):
    """How a model is run over the caches of many requests. Slots are numbered from 0; ``forward`` may get them in any order."""

    watchable: bool  # whether attention rows can be had
    layers: int
    heads: int
    fixed_chunk: int | None  # tokens at whose multiples prompts must be cut; None where they may be cut anywhere
    arena: Arena | None  # where keys and values lie, position by position; None where they cannot be copied so

    @property
    def bytes_per_token(self) -> int: ...

    @property
    def capacity_bytes(self) -> int: ...

    def held_bytes(self, slots: Sequence[int], length: int) -> int:
        """What a request of ``length`` positions holds in ``slots``."""

    def fits(self, length: int) -> bool: ...

    def reserve(self, slots: int, length: int, filled: int | None = None) -> bool: ...

    def release(self) -> None: ...

    def move(self, source: int, target: int, length: int) -> None: ...

    def copy(self, source: int, target: int, length: int, start: int = 0) -> None:
        """Give ``target`` the first ``length`` positions of ``source``, of which it has the first ``start`` already."""

    def clear(self, slot: int) -> None: ...

    def forward(self, chunks: Sequence[Chunk]) -> Output: ...
