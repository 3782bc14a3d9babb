"""Keys and values of prompts that were read before, found again by their tokens. Knows nothing of jobs or slots' owners.

Tokens are cut into blocks; a block is named by a hash of its tokens and of the block before it, as in vLLM
(``v1/core/kv_cache_utils.py``, ``hash_block_tokens``), so that a name stands for everything from the first token on. The blocks
are copies: whatever happens to the slot that they were taken from, they stay right. What is left of a prompt after its last whole block
can be kept as well, so that the same prompt is found to its end.
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

    asked_tokens: int = 0  # of the blocks that were looked up
    found_tokens: int = 0
    evicted_blocks: int = 0


class PrefixCache:
    """At most ``limit_bytes`` of blocks of ``block`` tokens each; those used least recently go first, the ends of texts before their beginnings."""

    def __init__(self, slots: Slots, limit_bytes: int, block: int) -> None:
        self._slots, self.limit_bytes, self.block = slots, limit_bytes, block
        self._blocks: OrderedDict[Name, Block] = OrderedDict()  # the one used least recently first
        self._held_tokens = 0
        self.counts = Counts()

    @property
    def held_bytes(self) -> int:
        return self._held_tokens * self._slots.bytes_per_token

    def names(self, ids: Sequence[int], rest: bool = False) -> list[Name]:
        """One for each whole block of ``ids``, and with ``rest`` one for what is left after them."""
        names: list[Name] = []
        name = b""
        for start in range(0, len(ids) if rest else len(ids) - self.block + 1, self.block):
            name = hashlib.blake2b(name + array("q", ids[start : start + self.block]).tobytes(), digest_size=16).digest()
            names.append(name)
        return names

    def known(self, names: Sequence[Name]) -> int:
        """How many of ``names``, from the first on, are held."""
        return next((n for n, name in enumerate(names) if name not in self._blocks), len(names))

    def load(self, names: Sequence[Name], slot: int) -> int:
        """Put the longest known beginning into ``slot``. Returns its tokens."""
        found = [self._blocks[name] for name in names[: self.known(names)]]
        tokens = sum(_tokens(block) for block in found)
        self.counts.asked_tokens += len(names) * self.block
        self.counts.found_tokens += tokens
        if found:
            self._slots.write(slot, found)
            self._touch(names[: len(found)])
        return tokens

    def keep(self, ids: Sequence[int], slot: int, rest: bool = False) -> None:
        """Copy what is not held yet of the blocks of ``ids`` (``names``), whose keys and values are in ``slot``."""
        ids = ids[: self.limit_bytes // max(1, self._slots.bytes_per_token)]
        names = self.names(ids, rest)
        self._touch([name for name in names if name in self._blocks])  # lest the beginning go to make room for the end
        for n, name in enumerate(names):
            if name not in self._blocks:
                self._hold(name, self._slots.read(slot, n * self.block, min(len(ids), (n + 1) * self.block)))
        self._touch(names)

    def _hold(self, name: Name, block: Block) -> None:
        self._held_tokens += _tokens(block)
        self._blocks[name] = block
        while self.held_bytes > self.limit_bytes:
            self._held_tokens -= _tokens(self._blocks.popitem(last=False)[1])
            self.counts.evicted_blocks += 1

    def _touch(self, names: Sequence[Name]) -> None:
        """Used now; from the end on, so that of one text the end is the first to go."""
        for name in reversed(names):
            self._blocks.move_to_end(name)


def _tokens(block: Block) -> int:
    return int(block[0].shape[2])
