"""What is left of each row, by the stages and by somebody else's classes."""

from __future__ import annotations

import numpy as np
import torch

from inference.sampling.arrays import Floats
from inference.spec import SamplingParams
from tests.inference.sampling.build import after, random_logits, states


def survivors(logits: Floats, params: SamplingParams, head: int | None = None) -> list[Floats]:
    """What is left of each row, sorted: where a tie is cut, which of the tied tokens stay is not comparable."""
    scores = after(logits, states([params] * len(logits), logits.shape[1]), head)
    return [np.sort(row[row > -np.inf]) for row in scores]


def theirs(warper: object, logits: Floats) -> list[Floats]:
    scores = warper(None, torch.from_numpy(logits)).numpy()  # type: ignore[operator]
    return [np.sort(row[row > -np.inf]) for row in scores]


def same(ours: list[Floats], others: list[Floats]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(ours, others, strict=True))


def batch(seed: int) -> tuple[np.random.Generator, Floats]:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([2, 3, 40, 300, 2500]))
    return rng, np.stack([random_logits(rng, vocab) for _ in range(int(rng.integers(1, 5)))])
