"""Which earlier tokens speak for a token: gradient x input, and integrated gradients. Knows nothing of runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from inference.engine.aside import Pieces
from inference.engine.model import Model
from inference.events import Block
from inference.insight.gradient import Score, embeddings, slope
from inference.questions import AskAttribution, Attribution


def attribution(model: Model, ids: Sequence[int], token: int, asked: AskAttribution) -> Pieces[Attribution]:
    """What ``asked`` asks for of ``token`` after ``ids``; all ids have been checked."""
    embedding = model.network.get_input_embeddings()
    score = score_of(token, asked.versus, asked.of)
    inputs = embeddings(embedding, ids, model.device)
    found = yield from slope(model, embedding, ids, inputs, score)
    if asked.method == "gradient_x_input":
        return _answer(asked, token, found.gradient * inputs, found.value, None, 1)
    start = torch.zeros_like(inputs) if asked.baseline is None else embeddings(embedding, [asked.baseline] * len(ids), model.device)
    origin = yield from slope(model, embedding, ids, start, score)
    way, mean = inputs - start, torch.zeros_like(inputs, dtype=torch.float32)
    for place, weight in path(asked.steps):
        there = yield from slope(model, embedding, ids, start + place * way, score)
        mean += weight * there.gradient.float()
        yield
    return _answer(asked, token, mean * way, found.value, origin.value, asked.steps)


def score_of(token: int, versus: int | None, of: str) -> Score:
    """The number that is explained, of the last position's logits (V,)."""

    def score(logits: torch.Tensor) -> torch.Tensor:
        scores = logits.float()
        scores = torch.log_softmax(scores, dim=-1) if of == "logprob" else scores
        return scores[token] if versus is None else scores[token] - scores[versus]

    return score


def path(steps: int) -> list[tuple[float, float]]:
    """Places in (0, 1) and their weights, which add up to 1: Gauss-Legendre quadrature, as in captum's default."""
    places, weights = np.polynomial.legendre.leggauss(steps)
    return [(float(place + 1) / 2, float(weight) / 2) for place, weight in zip(places, weights, strict=True)]


def _answer(asked: AskAttribution, token: int, shares: torch.Tensor, value: float, origin: float | None, steps: int) -> Attribution:
    """``shares`` (T, width) of every number of every embedding."""
    shares = shares.double()
    scores = shares.sum(-1)
    return Attribution(
        position=asked.position,
        token=token,
        versus=asked.versus,
        of=asked.of,
        method=asked.method,
        steps=steps,
        scores=Block.of(scores.cpu().numpy(), "f4"),
        norms=Block.of(shares.norm(dim=-1).cpu().numpy(), "f4"),
        value=value,
        baseline_value=origin,
        completeness_error=None if origin is None else float(scores.sum()) - (value - origin),
    )
