"""The KV cache of all running requests: one slot each, in two tensors a layer. Knows nothing of requests or models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

_LENGTH_BLOCK = 128  # positions by which slots grow, at the least
_SLOT_BLOCK = 4


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What one layer keeps for one token."""

    kv_heads: int
    key_dim: int
    value_dim: int

    @property
    def numbers(self) -> int:
        return self.kv_heads * (self.key_dim + self.value_dim)


class Arena:
    """Keys and values, ``keys[layer]`` of shape (slots, kv heads, length, head size), at most ``limit_bytes`` altogether.

    Slots and length grow in blocks while the limit allows it; close to the limit the arena takes the shape that is needed now.
    New memory is zero: positions that no request has written must be finite, because masked attention multiplies them by zero.
    ``groups`` are the layers of one shape.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: torch.dtype, device: torch.device, limit_bytes: int) -> None:
        self.shapes = tuple(shapes)
        self.dtype, self.device, self.limit_bytes = dtype, device, limit_bytes
        self.attention_of: dict[int, Callable[..., Any] | None] = {}  # by layer: the family's own function, where it needs that
        self.groups = [[n for n, other in enumerate(shapes) if other == shape] for shape in dict.fromkeys(shapes)]
        self.keys: list[torch.Tensor] = []
        self.values: list[torch.Tensor] = []
        self.release()

    @property
    def bytes_per_token(self) -> int:
        return sum(shape.numbers for shape in self.shapes) * int(self.dtype.itemsize)

    @property
    def capacity_bytes(self) -> int:
        return self.slots * self.length * self.bytes_per_token

    def reserve(self, slots: int, length: int, filled: int | None = None) -> bool:
        """Make room for ``slots`` requests of ``length`` positions; false where that would exceed the limit.

        What the first ``slots`` slots hold in their first ``filled`` positions (default: all) stays; other slots may go.
        """
        if slots <= self.slots and length <= self.length:
            return True
        for shape in self._possible(slots, length):
            if shape[0] * shape[1] * self.bytes_per_token <= self.limit_bytes:
                self._reshape(*shape, min(slots, self.slots), self.length if filled is None else min(filled, self.length))
                return True
        return False

    def _possible(self, slots: int, length: int) -> Iterator[tuple[int, int]]:
        """Shapes that would do, the most far-sighted first."""
        blocks = _round_up(length, _LENGTH_BLOCK)
        yield (self.slots if slots <= self.slots else max(2 * self.slots, _round_up(slots, _SLOT_BLOCK))), max(self.length, blocks)
        yield max(slots, self.slots), max(length, self.length)
        yield slots, blocks
        yield slots, max(length, self.limit_bytes // max(1, slots * self.bytes_per_token))  # all there is, so as not to grow at each step

    def fits(self, length: int) -> bool:
        """Whether one request of ``length`` positions could run alone."""
        return length * self.bytes_per_token <= self.limit_bytes

    def release(self) -> None:
        """Give all memory back; only while no slot is in use."""
        self.slots = self.length = 0
        self.keys[:] = [self._zeros(shape.kv_heads, shape.key_dim, 0, 0) for shape in self.shapes]
        self.values[:] = [self._zeros(shape.kv_heads, shape.value_dim, 0, 0) for shape in self.shapes]

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of one slot to another."""
        for tensor in (*self.keys, *self.values):
            tensor[target, :, :length] = tensor[source, :, :length]

    def copy(self, source: int, target: int, length: int, start: int = 0) -> None:
        """The same for a sequence that begins as another, and has its first ``start`` positions already."""
        for tensor in (*self.keys, *self.values):
            tensor[target, :, start:length] = tensor[source, :, start:length]

    def clear(self, slot: int) -> None:
        """Zero a slot that may hold NaN or infinities."""
        for tensor in (*self.keys, *self.values):
            tensor[slot].zero_()

    def read(self, slot: int, start: int, end: int) -> list[torch.Tensor]:
        """Copies of the positions from ``start`` to ``end``: keys and values of each group, (layers, kv heads, end - start, head size)."""
        return [torch.stack([side[n][slot, :, start:end] for n in group]) for group in self.groups for side in (self.keys, self.values)]

    def write(self, slot: int, parts: Sequence[Sequence[torch.Tensor]]) -> None:
        """Put what ``read`` gave, one part after the other, at the beginning of a slot."""
        sides = [(side, group) for group in self.groups for side in (self.keys, self.values)]
        for (side, group), found in zip(sides, zip(*parts, strict=True), strict=True):
            together = torch.cat(found, dim=2)
            for n, rows in zip(group, together, strict=True):
                side[n][slot, :, : rows.shape[1]] = rows

    def _reshape(self, slots: int, length: int, used: int, filled: int) -> None:
        """Layer by layer, so that only one is held twice. Where memory ends half-way, the arena is as large as its smallest layer."""
        self.slots, self.length = min(slots, self.slots), min(length, self.length)
        for tensors in (self.keys, self.values):
            for n, before in enumerate(tensors):
                if before.shape[0] == slots and before.shape[2] == length:
                    continue  # by an attempt that ended half-way
                after = self._zeros(before.shape[1], before.shape[3], slots, length)
                after[:used, :, :filled] = before[:used, :, :filled]
                tensors[n] = after
        self.slots, self.length = slots, length
        if self.device.type == "cuda":
            torch.cuda.empty_cache()  # the old shape is of no use to anybody

    def _zeros(self, heads: int, size: int, slots: int, length: int) -> torch.Tensor:
        return torch.zeros(slots, heads, length, size, dtype=self.dtype, device=self.device)


def _round_up(number: int, block: int) -> int:
    return -(-number // block) * block
