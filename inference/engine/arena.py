"""The KV cache of all running requests: one slot each, in one tensor per kind of layer. Knows nothing of requests or models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Keys and values, ``keys[layer]`` of shape (slots, kv heads, length, head size).

    Layers of one shape lie in one tensor (``groups``), so that attention rows of all of them can be computed at once. Slots and
    length grow in blocks, up to ``limit_bytes``. New memory is zero: positions that no request has written must be finite,
    because masked attention multiplies them by zero.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: torch.dtype, device: torch.device, limit_bytes: int) -> None:
        self.shapes = tuple(shapes)
        self.dtype, self.device, self.limit_bytes = dtype, device, limit_bytes
        self.slots = self.length = 0
        self.attention_of: dict[int, Callable[..., Any] | None] = {}  # by layer: the family's own function, where it needs that
        self.groups = [[n for n, other in enumerate(shapes) if other == shape] for shape in dict.fromkeys(shapes)]
        self._allocate(0, 0)

    @property
    def bytes_per_token(self) -> int:
        return sum(shape.numbers for shape in self.shapes) * int(self.dtype.itemsize)

    @property
    def capacity_bytes(self) -> int:
        return self.slots * self.length * self.bytes_per_token

    def reserve(self, slots: int, length: int) -> bool:
        """Make room for ``slots`` requests of ``length`` positions; false where that would exceed the limit."""
        if slots <= self.slots and length <= self.length:
            return True
        new_slots = self.slots if slots <= self.slots else max(2 * self.slots, _round_up(slots, _SLOT_BLOCK))
        new_length = max(self.length, _round_up(length, _LENGTH_BLOCK))
        for wanted in ((new_slots, new_length), (max(slots, self.slots), max(length, self.length))):
            if wanted[0] * wanted[1] * self.bytes_per_token <= self.limit_bytes:
                self._grow(*wanted)
                return True
        return False

    def fits(self, length: int) -> bool:
        """Whether one request of ``length`` positions could run alone."""
        return length * self.bytes_per_token <= self.limit_bytes

    def release(self) -> None:
        """Give all memory back; only while no slot is in use."""
        self.slots = self.length = 0
        self._allocate(0, 0)

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of one slot to another."""
        for tensor in (*self.group_keys, *self.group_values):
            tensor[:, target, :, :length] = tensor[:, source, :, :length]

    def clear(self, slot: int) -> None:
        """Zero a slot that may hold NaN or infinities."""
        for tensor in (*self.group_keys, *self.group_values):
            tensor[:, slot].zero_()

    def _grow(self, slots: int, length: int) -> None:
        old = (self.group_keys, self.group_values)
        used = (slice(None), slice(0, self.slots), slice(None), slice(0, self.length))
        self._allocate(slots, length)
        for before, after in zip((*old[0], *old[1]), (*self.group_keys, *self.group_values), strict=True):
            after[used] = before
        self.slots, self.length = slots, length

    def _allocate(self, slots: int, length: int) -> None:
        def zeros(group: list[int], size: int) -> torch.Tensor:
            heads = self.shapes[group[0]].kv_heads
            return torch.zeros(len(group), slots, heads, length, size, dtype=self.dtype, device=self.device)

        self.group_keys = [zeros(group, self.shapes[group[0]].key_dim) for group in self.groups]
        self.group_values = [zeros(group, self.shapes[group[0]].value_dim) for group in self.groups]
        self.keys, self.values = self._by_layer(self.group_keys), self._by_layer(self.group_values)

    def _by_layer(self, tensors: list[torch.Tensor]) -> list[torch.Tensor]:
        layers = {layer: tensor[n] for group, tensor in zip(self.groups, tensors, strict=True) for n, layer in enumerate(group)}
        return [layers[layer] for layer in range(len(self.shapes))]


def _round_up(number: int, block: int) -> int:
    return -(-number // block) * block
