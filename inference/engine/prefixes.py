"""Keys and values of prompts that were read before, found again by their tokens. Knows nothing of jobs or slots' owners.

Tokens are cut into blocks; a block is named by a hash of its tokens and of the block before it, as in vLLM
(``v1/core/kv_cache_utils.py``, ``hash_block_tokens``), so that a name stands for everything from the first token on. The blocks
are copies: whatever happens to the slot that they were taken from, they stay right.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

Name = bytes
Block = list[torch.Tensor]


class Slots(Protocol):
    """Where blocks are copied from and to: the arena."""

    @property
    def bytes_per_token(self) -> int: ...

    def read(self, slot: int, start: int, end: int) -> Block: ...

    def write(self, slot: int, parts: Sequence[Block]) -> None: ...


@dataclass(slots=True)
class Counts:
    """Since the engine was loaded."""

    asked_tokens: int = 0  # prompt tokens looked up
    found_tokens: int = 0
    evicted_blocks: int = 0


class PrefixCache:
    """At most ``limit_bytes`` of blocks of ``block`` tokens each; those used least recently go first, the ends of texts before their beginnings."""

    def __init__(self, slots: Slots, limit_bytes: int, block: int) -> None:
        self._slots, self.limit_bytes, self.block = slots, limit_bytes, block
        self._blocks: OrderedDict[Name, Block] = OrderedDict()  # the one used least recently first
        self.counts = Counts()

    @property
    def held_bytes(self) -> int:
        return len(self._blocks) * self._block_bytes

    @property
    def _block_bytes(self) -> int:
        return self.block * self._slots.bytes_per_token

    def names(self, ids: Sequence[int]) -> list[Name]:
        """One for each whole block of ``ids``."""
        names: list[Name] = []
        name = b""
        for end in range(self.block, len(ids) + 1, self.block):
            name = hashlib.blake2b(name + array("q", ids[end - self.block : end]).tobytes(), digest_size=16).digest()
            names.append(name)
        return names

    def known(self, names: Sequence[Name]) -> int:
        """How many of ``names``, from the first on, are held."""
        return next((n for n, name in enumerate(names) if name not in self._blocks), len(names))

    def load(self, names: Sequence[Name], slot: int) -> int:
        """Put the longest known beginning into ``slot``. Returns its tokens."""
        found = names[: self.known(names)]
        self.counts.asked_tokens += len(names) * self.block
        self.counts.found_tokens += len(found) * self.block
        if found:
            self._slots.write(slot, [self._blocks[name] for name in found])
            self._touch(found)
        return len(found) * self.block

    def keep(self, ids: Sequence[int], slot: int) -> None:
        """Copy what is not held yet of the whole blocks of ``ids``, whose keys and values are in ``slot``."""
        names = self.names(ids[: self.limit_bytes // max(1, self._slots.bytes_per_token)])
        self._touch([name for name in names if name in self._blocks])  # lest the beginning go to make room for the end
        for n, name in enumerate(names):
            if name not in self._blocks:
                self._make_room()
                self._blocks[name] = self._slots.read(slot, n * self.block, (n + 1) * self.block)
        self._touch(names)

    def _make_room(self) -> None:
        while self._blocks and self.held_bytes + self._block_bytes > self.limit_bytes:
            self._blocks.popitem(last=False)
            self.counts.evicted_blocks += 1

    def _touch(self, names: Sequence[Name]) -> None:
        """Used now; from the end on, so that of one text the end is the first to go."""
        for name in reversed(names):
            self._blocks.move_to_end(name)

    def clear(self) -> None:
        self._blocks.clear()
