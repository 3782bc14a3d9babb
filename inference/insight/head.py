"""One attention head at one query: what it asks, what the others offer, what comes of it. Knows nothing of runs."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from inference.engine.aside import Pieces
from inference.engine.errors import RunError
from inference.engine.model import Model
from inference.events import Block
from inference.insight.forward import Attended, Forward, hands_over
from inference.questions import HeadView


def head_view(model: Model, ids: Sequence[int], layer: int, head: int) -> Pieces[HeadView]:
    """Head ``head`` of layer ``layer`` at the last of ``ids``. Raises ``RunError`` for a model that keeps its attention to itself."""
    if not hands_over(model):
        raise RunError("no_head_view", "This model computes its attention by itself and shows neither queries nor keys.", "model")
    seen: dict[int, Attended] = {}
    forward = Forward(model, lambda attended: seen.update({attended.layer: attended}))
    for chunk in forward.chunks(ids):
        seen.clear()
        forward.feed(chunk)
        yield
    return _view(seen[layer], len(ids), layer, head)


def _view(attended: Attended, position: int, layer: int, head: int) -> HeadView:
    per = attended.query.shape[1] // attended.keys.shape[1]
    return HeadView(
        position=position,
        layer=layer,
        head=head,
        kv_head=head // per,
        heads_per_kv=per,
        scaling=float(attended.scaling),
        window=attended.window,
        softcap=attended.softcap,
        query=_block(attended.query[0, head, -1]),
        keys=_block(attended.keys[0, head // per]),
        values=_block(attended.values[0, head // per]),
        scores=_block(attended.scores[head, -1]),
        weights=_block(attended.weights[head, -1]),
        output=_block(attended.output[0, -1, head]),
    )


def _block(tensor: torch.Tensor) -> Block:
    return Block.of(tensor.float().cpu().numpy(), "f4")
