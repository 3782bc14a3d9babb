"""Attention of a whole text: single heads, means, rollout, thumbnails. Knows nothing of runs.

Rows are quantised chunk by chunk, so that what is held is the answer (at most ``MAX_ANSWER`` bytes), one chunk's weights of one layer,
and for rollout one matrix a layer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from inference.engine.aside import Pieces
from inference.engine.capture import quantise
from inference.engine.errors import RunError
from inference.engine.model import Model
from inference.events import Block
from inference.insight.forward import Forward, Weighed
from inference.questions import AskAttention, AttentionMaps

MAX_ANSWER = 16 * 1024 * 1024  # bytes of cells in one answer
MAX_ROLLOUT = 512 * 1024 * 1024  # bytes of matrices that rollout works on
LAYERS, ROLLOUT = (-1, -1), (-2, -1)


def attention_maps(model: Model, ids: Sequence[int], asked: AskAttention) -> Pieces[AttentionMaps]:
    """What ``asked`` asks for of ``ids``; layers and heads have been checked. Raises ``RunError`` where the answer would be too large."""
    last = len(ids) if asked.last is None else asked.last
    drawn = _Drawn(asked.maps, asked.first, last, asked.cell)
    means = _Means(model.info.layers, last, drawn)
    forward = Forward(model, lambda weighed: means.see(weighed, forward.past))
    for chunk in forward.chunks(ids[:last], asked.cell):
        forward.feed(chunk)
        yield
    return drawn.maps()


class _Drawn:
    """The answer as it fills up."""

    def __init__(self, wanted: Sequence[tuple[int, int]], first: int, last: int, cell: int) -> None:
        self._wanted, self._first, self._last, self._cell = list(wanted), first, last, cell
        rows, columns = -(-(last - first) // cell), -(-last // cell)
        size = len(wanted) * rows * columns
        if size > MAX_ANSWER:
            message = f"{len(wanted)} maps of {rows} x {columns} cells are too many; ask for fewer rows, fewer maps or larger cells."
            raise RunError("too_large", message, "maps", size, MAX_ANSWER)
        self._values = np.zeros((len(wanted), rows, columns), np.uint8)
        self._scale = np.zeros((len(wanted), rows), np.float32)
        self.places: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for place, index in enumerate(wanted):
            self.places[index].append(place)
        self.heads = {layer: [index for index in self.places if index[0] == layer and index[1] >= 0] for layer, _ in self.places}

    def put(self, index: tuple[int, int], start: int, weights: torch.Tensor) -> None:
        """``weights`` (n, T) of the rows from position ``start`` on."""
        if index not in self.places or start + len(weights) <= self._first:
            return
        weights = weights[max(0, self._first - start) :]
        if self._cell > 1:
            weights = F.max_pool2d(weights[None, None], self._cell, ceil_mode=True)[0, 0]
        values, scale = quantise(weights.cpu().numpy())
        row = (max(start, self._first) - self._first) // self._cell
        for place in self.places[index]:
            self._values[place, row : row + len(values), : values.shape[1]] = values
            self._scale[place, row : row + len(values)] = scale

    def maps(self) -> AttentionMaps:
        index = Block.of(np.array(self._wanted), "i2")
        return AttentionMaps(index, self._first, self._cell, Block.of(self._values, "u1"), Block.of(self._scale, "f4"))


class _Means:
    """Sees the layers of each chunk in order, and draws single heads, means over heads and what is made of all layers' means."""

    def __init__(self, layers: int, length: int, drawn: _Drawn) -> None:
        self._layers, self._drawn = layers, drawn
        self._rollout = Rollout(layers, length) if ROLLOUT in drawn.places else None
        self._always = self._rollout is not None or LAYERS in drawn.places
        self._sum = torch.empty(0)

    def see(self, weighed: Weighed, start: int) -> None:
        layer, heads = weighed.layer, self._drawn.heads.get(weighed.layer, [])
        averaged = self._always or (layer, -1) in self._drawn.places
        if not (heads or averaged):
            return
        weights = weighed.weights
        for index in heads:
            self._drawn.put(index, start, weights[index[1]])
        if averaged:
            self._average(layer, start, weights.mean(0))

    def _average(self, layer: int, start: int, mean: torch.Tensor) -> None:
        self._drawn.put((layer, -1), start, mean)
        self._sum = mean if layer == 0 else self._sum + mean
        if self._rollout is not None:
            self._rollout.add(layer, start, mean)
        if layer == self._layers - 1:
            self._drawn.put(LAYERS, start, self._sum / self._layers)
            if self._rollout is not None:
                self._drawn.put(ROLLOUT, start, self._rollout.rows(start, mean.shape[1]))


class Rollout:
    """Attention rollout, chunk by chunk: R_l = (0.5 A_l + 0.5 I) R_(l-1), where A_l has rows that add up to 1.

    Attention is causal, so the rows of a chunk need no row behind them.
    """

    def __init__(self, layers: int, length: int) -> None:
        size = layers * length * length * 4
        if size > MAX_ROLLOUT:
            raise RunError("too_large", f"Rollout over {length} tokens needs {size} bytes.", "maps", size, MAX_ROLLOUT)
        self._matrices = torch.zeros(layers, length, length)  # pages above the diagonal are never touched

    def add(self, layer: int, start: int, mean: torch.Tensor) -> None:
        """``mean`` (n, T) of the rows from ``start`` on, T = start + n."""
        count, end = mean.shape
        flow = 0.5 * (mean / mean.sum(-1, keepdim=True)).cpu()
        flow[:, start:] += 0.5 * torch.eye(count)
        below = self._matrices[layer - 1, :end, :end] if layer else None
        self._matrices[layer, start:end, :end] = flow if below is None else flow @ below

    def rows(self, start: int, end: int) -> torch.Tensor:
        """(end - start, end) of the last layer."""
        return self._matrices[-1, start:end, :end]
