"""A finished run under other settings: the same past, the same draws. Knows nothing of how its logits were had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.events import Block
from inference.questions import Divergence, WhatIf
from inference.sampling.outlook import Outlook, Outlooks
from inference.sampling.sampler import Sampler

Logits = NDArray[np.float32]  # (T, V)


def what_if(logits: Iterable[Logits], tokens: Sequence[int], sampler: Sampler, pieces: Callable[[int], bytes]) -> WhatIf:
    """Every step of a run with ``tokens`` (T,), as ``sampler``, which stands before the first, would take it. ``logits`` (n, V) of some steps at a time."""
    outlooks, found, at = Outlooks(sampler), list[Outlook](), 0
    for some in logits:
        found += outlooks.steps(some, tokens[at : at + len(some)])
        at += len(some)
    ids = _column(found, lambda outlook: outlook.ids).tolist()
    return WhatIf(
        token_ids=ids,
        pieces=[pieces(token) for token in ids],
        differs=_differing(ids, tokens),
        probabilities=Block.of(_column(found, lambda outlook: outlook.probabilities), "f4"),
        own_probabilities=Block.of(_column(found, lambda outlook: outlook.own), "f4"),
        kept=Block.of(_column(found, lambda outlook: outlook.kept), "i4"),
        entropies=Block.of(_column(found, lambda outlook: outlook.entropies), "f4"),
        draws=Block.of(_column(found, lambda outlook: outlook.draws), "f4"),
    )


def divergence(ours: Logits, theirs: Logits, tokens: Sequence[int], own: Sampler, other: Sampler, top_k: int, first: int = 0) -> Divergence:
    """The final distributions of two samplers at every step at which ``tokens`` (T,) were chosen, each from its raw logits (T, V).

    The samplers stand before the first of these steps, which is number ``first`` of the run.
    """
    ways = [Outlooks(sampler).distributions(logits, tokens) for sampler, logits in ((own, ours), (other, theirs))]
    rows, chosen = [], []
    for (p, _), (q, token) in zip(*ways, strict=True):
        middle = (p + q) / 2
        rows.append([_kl(p, q), _kl(q, p), (_kl(p, middle) + _kl(q, middle)) / 2, _overlap(p, q, top_k)])
        chosen.append(token)
    kl, reverse, js, overlap = (Block.of(column, "f4") for column in np.array(rows).T)
    return Divergence(kl, reverse, js, overlap, top_k, [first + step for step in _differing(chosen, tokens)], first)


def _kl(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Sum of p ln(p / q) over the tokens of p, nats; never below 0 for rounding."""
    alive = p > 0
    with np.errstate(divide="ignore"):
        return max(0.0, float((p[alive] * (np.log(p[alive]) - np.log(q[alive]))).sum()))


def _overlap(p: NDArray[np.float64], q: NDArray[np.float64], k: int) -> float:
    """Share of the most likely tokens of p, at most ``k``, that are among as many of q."""
    ours, theirs = _best(p, k), _best(q, k)
    return len(ours & theirs) / len(ours)


def _best(p: NDArray[np.float64], k: int) -> set[int]:
    """The ``k`` most likely tokens, the lower id first of equals; fewer where no more have a probability."""
    k = min(k, len(p))
    ids = np.flatnonzero((p >= np.partition(p, -k)[-k]) & (p > 0))
    return set(ids[np.lexsort((ids, -p[ids]))[:k]].tolist())


def _differing(ids: Sequence[int], tokens: Sequence[int]) -> list[int]:
    return [step for step, (found, token) in enumerate(zip(ids, tokens, strict=True)) if found != token]


def _column(found: Sequence[Outlook], of: Callable[[Outlook], NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([of(outlook) for outlook in found])
