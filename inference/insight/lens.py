"""The logit lens: what the model would say if it stopped after each layer. Knows nothing of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch

from inference.engine.aside import Pieces
from inference.engine.model import Model
from inference.events import Block
from inference.insight.anatomy import Anatomy, streams
from inference.insight.forward import Forward
from inference.questions import Lens

_PIECE_LOGITS = 8_000_000  # numbers worked on between two yields


def lens(model: Model, anatomy: Callable[[], Anatomy], ids: Sequence[int], first: int, last: int, top: int) -> Pieces[Lens]:
    """The lens of positions ``first`` to ``last`` - 1 of ``ids`` (``last`` may be one past the end), ``top`` choices each."""
    found = anatomy()
    kept: list[list[torch.Tensor]] = [[] for _ in range(len(found.layers) + 1)]
    forward = Forward(model)
    for chunk in forward.chunks(ids[: last - 1]):
        unwanted = max(0, first - 1 - forward.past)
        with streams(found, partial(_keep, kept, unwanted)):
            forward.feed(chunk)
        yield
    table = _Table(top)
    targets = torch.tensor([*ids[first:last], *([-1] if last > len(ids) else [])], device=model.device)
    size = max(1, _PIECE_LOGITS // model.info.vocab_size)
    for layer in kept:
        stream = torch.cat(layer)
        for start in range(0, len(stream), size):
            table.add(found.logits(stream[start : start + size]), targets[start : start + size])
            yield
    return table.lens(first, len(kept), model.pieces)


def _keep(kept: list[list[torch.Tensor]], unwanted: int, layer: int, stream: torch.Tensor) -> None:
    kept[layer].append(stream[unwanted:])


class _Table:
    """Collects rows in order of layers, then positions."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._parts: list[tuple[torch.Tensor, ...]] = []

    def add(self, logits: torch.Tensor, targets: torch.Tensor) -> None:
        """``logits`` (n, V); ``targets`` (n,) the actual tokens, -1 where there is none."""
        logprobs = torch.log_softmax(logits.float(), dim=-1)
        probabilities, ids = logprobs.exp().topk(min(self._top, logits.shape[-1]))
        known = targets >= 0
        own = logprobs.gather(1, targets.clamp_min(0)[:, None])
        ranks = ((logprobs > own).sum(-1) + 1) * known
        entropy = -(logprobs.exp() * logprobs.clamp_min(torch.finfo(torch.float32).min)).sum(-1)
        self._parts.append((ids, probabilities, ranks, own[:, 0].masked_fill(~known, float("nan")), entropy))

    def lens(self, first: int, layers: int, pieces: Callable[[int], bytes]) -> Lens:
        ids, probabilities, ranks, logprobs, entropies = (
            torch.cat(column).unflatten(0, (layers, -1)).cpu().numpy() for column in zip(*self._parts, strict=True)
        )
        tokens = sorted(set(ids.flatten().tolist()))
        return Lens(
            first=first,
            top_ids=Block.of(ids, "i4"),
            top_probabilities=Block.of(probabilities, "f4"),
            ranks=Block.of(ranks, "i4"),
            logprobs=Block.of(logprobs, "f4"),
            entropies=Block.of(entropies, "f4"),
            token_ids=tokens,
            pieces=[pieces(token) for token in tokens],
        )
