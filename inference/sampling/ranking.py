"""Orders tokens by score descending, then id ascending, as far down as somebody needs. Knows nothing of stages.

Sorting a whole vocabulary for every token is what makes samplers slow, so ``best`` selects the top n first. A tie across that
border leaves it open *which* of the tied tokens were selected; those are left out, so that what is listed is always right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.sampling.arrays import Floats, Ints, row_numbers


@dataclass(frozen=True, eq=False)
class Ranking:
    """The best tokens of each row in order. Columns from ``count[b]`` on are padding: any id, score -inf."""

    ids: Ints  # (B, n)
    scores: Floats  # (B, n)
    count: Ints  # (B,) columns that are certain


def best(scores: Floats, n: int) -> Ranking:
    """The up to ``n`` best tokens with a finite score of each row of ``scores`` (B, V)."""
    return _select(scores, n) if n < scores.shape[1] else _sort(scores)


def _select(scores: Floats, n: int) -> Ranking:
    batch, vocab = scores.shape
    rows = row_numbers(batch)
    ids = np.argpartition(scores, vocab - n, axis=-1)[:, vocab - n :]
    ids = np.sort(ids, axis=-1)  # so that the stable sort below leaves ties in the order of their ids
    values = scores[rows, ids]
    order = np.argsort(-values, axis=-1, kind="stable")
    ids, values = ids[rows, order], values[rows, order]
    border = values[:, -1:]
    tied_outside = np.count_nonzero(scores >= border, axis=-1) > n
    certain = np.where(tied_outside[:, None], values > border, values > -np.inf)
    return Ranking(ids, np.where(certain, values, -np.inf), np.count_nonzero(certain, axis=-1))


def _sort(scores: Floats) -> Ranking:
    rows = row_numbers(scores.shape[0])
    ids = np.argsort(-scores, axis=-1)  # not stable: the stable sort is five to seven times slower than this one and the repair
    values = scores[rows, ids]
    if (values[:, 1:] == values[:, :-1]).any():
        ids = _ties_by_id(ids, values)
    return Ranking(ids, values, np.count_nonzero(values > -np.inf, axis=-1))


def _ties_by_id(ids: Ints, values: Floats) -> Ints:
    """Within each run of equal ``values``, put ``ids`` in ascending order."""
    vocab = ids.shape[1]
    group = np.zeros_like(ids)
    np.cumsum(values[:, 1:] != values[:, :-1], axis=-1, out=group[:, 1:])
    keys: Ints = np.sort(group * vocab + ids, axis=-1)
    keys %= vocab
    return keys
