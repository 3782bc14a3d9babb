"""Attention rows of the position that chose a token, from the queries and the cache of one forward pass. Knows nothing of events' fate.

Rows are computed beside the attention itself, only for the chunks that somebody watches, so that nobody else's attention takes
another path. Layers of one shape are computed at once.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from inference.engine.arena import Arena
from inference.engine.attention import Query
from inference.engine.batch import Chunk, Heads
from inference.events import Attention, Block

_STEPS = 254  # of the largest value of a row; rounding may add one, and 255 still fits


def attention_rows(arena: Arena, queries: dict[int, Query], chunk: Chunk, index: int, last: int) -> torch.Tensor:
    """(layers, heads, T) float32 over all T positions of the chunk's request, of its last query at ``last`` in the packed row."""
    rows: dict[int, torch.Tensor] = {}
    for group, keys in zip(arena.groups, arena.group_keys, strict=True):
        found = [queries[layer] for layer in group]
        if found[0].weights is None:
            computed = _from_queries(found, keys[:, chunk.slot, :, : chunk.past + len(chunk.ids)], last)
        else:
            computed = _from_weights(found, index, chunk.past + len(chunk.ids))
        rows.update(zip(group, computed, strict=True))
    return torch.stack([rows[layer] for layer in range(len(rows))]) if len(arena.groups) > 1 else computed


def _from_queries(found: list[Query], keys: torch.Tensor, last: int) -> torch.Tensor:
    """``keys`` (layers, kv heads, T, D) -> (layers, heads, T)."""
    layers, kv_heads, length, size = keys.shape
    query = torch.stack([one.query[0, :, last] for one in found])  # (layers, heads, D)
    scores = torch.matmul(query.view(layers, kv_heads, -1, size), keys.transpose(2, 3)).float()
    scores = scores.view(layers, -1, length)
    if len({one.scaling for one in found}) == 1:
        scores *= found[0].scaling
    else:
        scores *= torch.tensor([one.scaling for one in found], device=keys.device)[:, None, None]
    for n, one in enumerate(found):
        if one.window and length > one.window:
            scores[n, :, : length - one.window] = float("-inf")
    return torch.softmax(scores, dim=-1)


def _from_weights(found: list[Query], index: int, length: int) -> torch.Tensor:
    """What the family's own function computed, on the width of all positions."""
    rows = [one.weights[index].float() for one in found if one.weights is not None]
    return torch.stack([row[:, :length] if row.shape[1] >= length else F.pad(row, (length - row.shape[1], 0)) for row in rows])


def selected(rows: torch.Tensor, heads: Heads) -> Attention:
    """The rows that ``heads`` asks for: means first, then single heads. ``rows`` (layers, heads, T)."""
    layers, count, length = rows.shape
    chosen = [(layer, head) for layer in range(layers) for head in range(count)] if heads.every else list(heads.chosen)
    parts, index = [], []
    if heads.mean:
        parts.append(rows.mean(1))
        index += [(layer, -1) for layer in range(layers)]
    if chosen:
        parts.append(rows.reshape(-1, length) if heads.every else torch.stack([rows[layer, head] for layer, head in chosen]))
        index += chosen
    values, scale = quantise(torch.cat(parts).cpu().numpy())
    return Attention(Block.of(np.array(index), "i2"), Block.of(values, "u1"), Block.of(scale, "f4"))


def quantise(rows: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """(N, T) rows >= 0 to uint8 with one scale a row.

    The running sum is rounded rather than each value, so that the sum of a dequantised row stays within half a step of the true
    sum, however many small values it has; each value is within one step.
    """
    scale = (rows.max(axis=1) / _STEPS).astype(np.float32)
    steps = np.cumsum(rows / np.where(scale > 0, scale, 1)[:, None], axis=1, dtype=np.float64)
    return np.diff(np.rint(steps), axis=1, prepend=0).astype(np.uint8), scale
