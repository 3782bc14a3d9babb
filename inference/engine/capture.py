"""Attention rows of the positions that chose a token, from the queries and the cache of one forward pass. Knows nothing of runs.

Rows are computed beside the attention itself, only for the chunks that somebody watches, so that nobody else's attention takes
another path. All watched rows of all layers of one shape go through one softmax.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from inference.engine.arena import Arena
from inference.engine.attention import LayerCall
from inference.engine.batch import Heads
from inference.events import Attention, Block

_STEPS = 254  # of the largest value of a row; rounding may add one, and 255 still fits
_MOST_NUMBERS = 16_000_000  # scores held at once


@dataclass(frozen=True, slots=True)
class Watched:
    """A chunk whose last position is watched."""

    index: int  # among the chunks of the pass
    slot: int
    place: int  # of its last position in the packed row
    length: int  # positions in its cache, this one included
    heads: Heads


def capture(arena: Arena, calls: dict[int, LayerCall], watched: Sequence[Watched], heads: int) -> dict[int, Attention]:
    """The rows that each of ``watched`` asks for, by index of its chunk. ``heads``: attention heads of a layer."""
    found: dict[int, Attention] = {}
    for part in _parts(watched, len(arena.shapes) * heads):
        rows = _rows(arena, calls, part)
        for n, one in enumerate(part):
            found[one.index] = selected(rows[:, n, :, : one.length], one.heads)
    return found


def _parts(watched: Sequence[Watched], rows: int) -> Iterator[Sequence[Watched]]:
    """Cut ``watched`` so that the scores of one part stay in bounds, each having ``rows`` rows."""
    longest = max(one.length for one in watched)
    size = max(1, _MOST_NUMBERS // (longest * rows))
    for start in range(0, len(watched), size):
        yield watched[start : start + size]


def _rows(arena: Arena, calls: dict[int, LayerCall], watched: Sequence[Watched]) -> torch.Tensor:
    """(layers, watched, heads, longest) float32; zero beyond the length of each."""
    layers: dict[int, torch.Tensor] = {}
    for group in arena.groups:
        rows = _group([calls[layer] for layer in group], watched)
        if len(arena.groups) == 1:
            return rows
        layers.update(zip(group, rows, strict=True))
    return torch.stack([layers[layer] for layer in range(len(layers))])


def _group(calls: list[LayerCall], watched: Sequence[Watched]) -> torch.Tensor:
    longest = max(one.length for one in watched)
    if calls[0].weights is not None:
        return torch.stack([torch.stack([_given(call, one, longest) for one in watched]) for call in calls])
    scores = _scores(calls, watched, longest)
    for n, call in enumerate(calls):
        _mask(scores[n], watched, call.window)
    return torch.softmax(scores, dim=-1)


def _scores(calls: list[LayerCall], watched: Sequence[Watched], longest: int) -> torch.Tensor:
    """(layers, watched, heads, longest) float32, scaled, not yet masked."""
    slots, places = _span([one.slot for one in watched]), _span([one.place for one in watched])
    layers = []
    for call in calls:
        keys = call.cached_keys[slots, :, :longest]  # (watched, kv heads, longest, D)
        query = (call.query[0, :, places] * call.scaling).transpose(0, 1).reshape(len(watched), keys.shape[1], -1, keys.shape[3])
        layers.append(torch.matmul(query, keys.transpose(2, 3)))
    return torch.stack(layers).flatten(2, 3).float()


def _span(numbers: list[int]) -> slice | list[int]:
    """An index for ``numbers`` that copies nothing where they are consecutive."""
    first, count = numbers[0], len(numbers)
    return slice(first, first + count) if numbers == list(range(first, first + count)) else numbers


def _mask(scores: torch.Tensor, watched: Sequence[Watched], window: int | None) -> None:
    """-inf, in place, where a row (heads, longest) of ``scores`` does not attend."""
    for n, one in enumerate(watched):
        if one.length < scores.shape[-1]:
            scores[n, :, one.length :] = float("-inf")
        if window and one.length > window:
            scores[n, :, : one.length - window] = float("-inf")


def _given(call: LayerCall, one: Watched, longest: int) -> torch.Tensor:
    """What the family's own function computed for the last position, (heads, keys) -> (heads, longest)."""
    assert call.weights is not None
    row = call.weights[one.index].float()
    before = max(0, one.length - row.shape[1])  # a single row of a window was computed without the keys outside
    row = F.pad(row, (before, 0))[:, : one.length]
    return F.pad(row, (0, longest - one.length))


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
    with np.errstate(invalid="ignore"):  # a run whose numbers are NaN is about to end with that reason
        return np.diff(np.rint(steps), axis=1, prepend=0).astype(np.uint8), scale
