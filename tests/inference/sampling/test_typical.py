"""Typical-p: against transformers in float64, llama.cpp's own cases, and its place on a list that is too short."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from transformers import TypicalLogitsWarper

from inference.spec import SamplingParams
from tests.inference.sampling.build import after, one, probabilities, seeds, states, traced
from tests.inference.sampling.compare import batch, same, survivors, theirs


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_it_keeps_what_transformers_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    p, keep = float(rng.uniform(0.01, 0.99)), int(rng.choice([1, 3]))
    ours = survivors(logits, SamplingParams(typical_p=p, min_keep=keep), head=64)
    assert same(ours, theirs(TypicalLogitsWarper(p, min_tokens_to_keep=min(keep, logits.shape[1])), logits))


@pytest.mark.parametrize(
    ("table", "p", "expected"),
    [
        ([0.97, 0.01, 0.01, 0.01], 0.5, [0.97]),  # llama.cpp, tests/test-sampling.cpp, test_typical
        ([0.4, 0.2, 0.2, 0.2], 0.5, [0.2, 0.2, 0.2]),
        ([0.4, 0.2, 0.2, 0.2], 0.7, [0.4, 0.2, 0.2, 0.2]),
        ([0.5, 0.5], 0.1, [0.5, 0.5]),
        ([1.0, 0.0], 0.1, [1.0]),
    ],
)
def test_probabilities_in_probabilities_out(table: list[float], p: float, expected: list[float]) -> None:
    with np.errstate(divide="ignore"):
        left = probabilities(after(np.log([table]), states([SamplingParams(typical_p=p)], len(table)))[0])
    assert sorted(left[left > 0], reverse=True) == pytest.approx(np.array(expected) / sum(expected))


def test_the_most_likely_token_can_be_removed_and_greedy_then_takes_another() -> None:
    logits = np.log(np.array([0.2, 0.4, 0.2, 0.2]))
    assert one(logits, SamplingParams(typical_p=0.5, temperature=0.0)).token_id == 0
    trace = traced(logits, SamplingParams(typical_p=0.5))
    assert trace.removed_at.array()[trace.token_ids.index(1)] == 1
    assert trace.ranks.array()[1].tolist() == [1 if token == 0 else 0 if token == 1 else token for token in trace.token_ids]


def test_the_numbers_and_the_reason_are_distances_from_the_entropy() -> None:
    table = np.array([0.4, 0.2, 0.2, 0.2])
    entropy = float(-(table * np.log(table)).sum())
    trace = traced(np.log(table), SamplingParams(typical_p=0.5))
    expected = {"typical_p": 0.5, "entropy": entropy, "threshold": abs(-np.log(0.2) - entropy)}
    assert trace.stages[1].numbers == pytest.approx(expected)
    assert trace.removed_value.array()[trace.token_ids.index(0)] == pytest.approx(abs(-np.log(0.4) - entropy))
