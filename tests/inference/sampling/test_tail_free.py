"""Tail-free sampling against llama.cpp's published loop, written out plainly in ``reference.py``."""

from __future__ import annotations

import numpy as np
import pytest

from inference.spec import SamplingParams
from tests.inference.sampling.build import BLIND, after, one, probabilities, states, traced

TABLE = [0.1, 0.15, 0.2, 0.25, 0.3]


@pytest.mark.parametrize(
    ("table", "z", "expected"),
    [  # llama.cpp, tests/test-sampling.cpp, test_tfs (up to 2024)
        (TABLE, 0.25, [0.3]),
        (TABLE, 0.75, [0.3, 0.25]),
        (TABLE, 0.99, [0.3, 0.25]),
        (TABLE, 1.0, [0.3, 0.25, 0.2, 0.15, 0.1]),
        ([0.5, 0.5], 0.1, [0.5, 0.5]),
        ([0.7, 0.2, 0.1], 0.1, [0.7, 0.2, 0.1]),
    ],
)
def test_probabilities_in_probabilities_out(table: list[float], z: float, expected: list[float]) -> None:
    left = probabilities(after(np.log([table]), states([SamplingParams(tfs_z=z)], len(table)))[0])
    assert sorted(left[left > 0], reverse=True) == pytest.approx(np.array(expected) / sum(expected))


@pytest.mark.parametrize("keep", [1, 2, 3, 20])
def test_at_least_min_keep_tokens_stay(keep: int) -> None:
    trace = traced(np.linspace(9, 0, 500), SamplingParams(tfs_z=0.0, min_keep=keep))
    assert trace.stages[1].kept == keep


def test_it_looks_at_the_whole_vocabulary_unless_something_has_cut_before() -> None:
    logits = np.random.default_rng(0).standard_normal(9000)
    alone, after_top_k = (traced(logits, SamplingParams(tfs_z=0.7, top_k=k)) for k in (0, 300))
    assert alone.stages[-1].kept != after_top_k.stages[-1].kept
    assert one(logits, SamplingParams(tfs_z=0.7), BLIND, seed=3).token_id == one(logits, SamplingParams(tfs_z=0.7), seed=3).token_id
    assert alone.stages[-1].numbers == {"tfs_z": 0.7, "kept": alone.stages[-1].kept}
