"""Embeddings whose weight is an output head's packed one, so that a tied head can be packed and nothing is held twice.

oneDNN lays a weight (N, K) in blocks of rows: a block holds the first numbers of all its rows, then the next of all of them, in bfloat16
by pairs. What it does on this machine is tried, and compared with the weight itself; where it is none of that, the head stays unpacked.
"""

from __future__ import annotations

import ctypes
from itertools import product
from typing import Any

import torch

_BLOCKS = (64, 48, 32, 16, 8)  # rows
_TOGETHER = (1, 2)  # numbers of one row that lie side by side
_COMPARED = 64  # blocks at once


class PackedEmbedding(torch.nn.Module):  # type: ignore[misc]  # torch does not type it
    """What ``torch.nn.Embedding`` with the weight (N, K) gives, read from ``rows``, which lie in the memory of ``packed``."""

    def __init__(self, packed: torch.Tensor, rows: torch.Tensor, count: int) -> None:
        super().__init__()
        self._packed, self._rows = packed, rows  # (blocks, rows of a block, K / together, together)
        self.num_embeddings, self.embedding_dim = count, rows.shape[2] * rows.shape[3]

    @property
    def weight(self) -> torch.Tensor:
        """(N, K), unpacked anew each time."""
        weight: torch.Tensor = self._packed.to_dense()
        return weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(...) -> (..., K)"""
        block = self._rows.shape[1]
        return self._rows[ids // block, ids % block].flatten(-2)


def embedding_of(packed: torch.Tensor, weight: torch.Tensor) -> PackedEmbedding | None:
    """The rows of ``weight`` (N, K) as they lie in ``packed``, which was made of it; ``None`` where they cannot be found."""
    memory, (count, width) = _memory(packed, weight.dtype), weight.shape
    for block, together in product(_BLOCKS, _TOGETHER):
        blocks = -(-count // block)
        if width % together == 0 and memory.numel() == blocks * block * width:
            rows = memory.view(blocks, width // together, block, together).transpose(1, 2)
            if _are(rows, weight):
                return PackedEmbedding(packed, rows, count)
    return None


def _memory(packed: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """All numbers that ``packed`` holds, padding included, in their order. It must outlive them."""
    operations: Any = torch.ops.mkldnn
    held = (ctypes.c_char * operations._nbytes(packed)).from_address(operations.data_ptr(packed))
    return torch.frombuffer(held, dtype=dtype)


def _are(rows: torch.Tensor, weight: torch.Tensor) -> bool:
    block = rows.shape[1]
    parts = zip(rows.split(_COMPARED), weight.split(_COMPARED * block), strict=True)
    return all(torch.equal(found.flatten(2).flatten(0, 1)[: len(wanted)], wanted) for found, wanted in parts)
