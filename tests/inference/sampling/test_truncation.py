"""Top-k, top-p and min-p: against transformers' classes in float64, and small tables in the manner of llama.cpp's tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from transformers import MinPLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from inference.spec import SamplingParams
from tests.inference.sampling.build import after, probabilities, seeds, states, traced
from tests.inference.sampling.compare import batch, same, survivors, theirs

TABLE = [0.1, 0.2, 0.3, 0.4]


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_top_k_keeps_what_transformers_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    k, keep = int(rng.choice([1, 2, 17, 50, 299, 10_000])), int(rng.choice([1, 3]))
    ours = survivors(logits, SamplingParams(top_k=k, min_keep=keep), head=64)
    assert same(ours, theirs(TopKLogitsWarper(k, min_tokens_to_keep=keep), logits))


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_top_p_keeps_what_transformers_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    p, keep = float(rng.uniform(0.001, 0.999)), int(rng.choice([1, 3]))
    ours = survivors(logits, SamplingParams(top_p=p, min_keep=keep), head=64)
    assert same(ours, theirs(TopPLogitsWarper(p, min_tokens_to_keep=keep), logits))


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_min_p_keeps_what_transformers_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    p, keep = float(rng.uniform(0.0001, 0.999)), int(rng.choice([1, 3]))
    ours = survivors(logits, SamplingParams(min_p=p, min_keep=keep), head=64)
    assert same(ours, theirs(MinPLogitsWarper(p, min_tokens_to_keep=keep), logits))


@pytest.mark.parametrize(
    ("params", "warper"),
    [
        (SamplingParams(top_k=1000), TopKLogitsWarper(1000)),
        (SamplingParams(top_p=0.95), TopPLogitsWarper(0.95)),
        (SamplingParams(min_p=0.001), MinPLogitsWarper(0.001)),
    ],
)
def test_a_vocabulary_of_150_thousand_keeps_what_transformers_keeps(params: SamplingParams, warper: object) -> None:
    logits = np.random.default_rng(0).standard_normal((2, 151_936)).astype(np.float32).astype(np.float64) * 3
    assert same(survivors(logits, params, head=256), theirs(warper, logits))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"top_k": 1}, [1.0]),
        ({"top_k": 3}, [4 / 9, 3 / 9, 2 / 9]),
        ({"top_k": 4}, [0.4, 0.3, 0.2, 0.1]),
        ({"top_k": 0}, [0.4, 0.3, 0.2, 0.1]),
        ({"top_p": 1e-9}, [1.0]),
        ({"top_p": 0.69}, [4 / 7, 3 / 7]),
        ({"top_p": 0.8}, [4 / 9, 3 / 9, 2 / 9]),
        ({"top_p": 0.95}, [0.4, 0.3, 0.2, 0.1]),
        ({"top_p": 1.0}, [0.4, 0.3, 0.2, 0.1]),
        ({"min_p": 0.0}, [0.4, 0.3, 0.2, 0.1]),
        ({"min_p": 0.24}, [0.4, 0.3, 0.2, 0.1]),
        ({"min_p": 0.26}, [4 / 9, 3 / 9, 2 / 9]),
        ({"min_p": 0.49}, [4 / 9, 3 / 9, 2 / 9]),
        ({"min_p": 0.51}, [4 / 7, 3 / 7]),
        ({"min_p": 0.76}, [1.0]),
        ({"min_p": 1.0}, [1.0]),
        ({"min_p": 1.0, "min_keep": 2}, [4 / 7, 3 / 7]),
        ({"top_p": 1e-9, "min_keep": 3}, [4 / 9, 3 / 9, 2 / 9]),
        ({"top_k": 1, "min_keep": 2}, [4 / 7, 3 / 7]),
        ({"top_k": 2, "top_p": 0.5}, [1.0]),
        ({"top_p": 0.95, "min_p": 0.6}, [4 / 7, 3 / 7]),
    ],
)
def test_probabilities_in_probabilities_out(params: dict[str, Any], expected: list[float]) -> None:
    scores = after(np.log([TABLE]), states([SamplingParams(**params)], 4))
    left = probabilities(scores[0])
    assert sorted(left[left > 0], reverse=True) == pytest.approx(expected, abs=1e-9)


def test_top_k_keeps_tokens_tied_with_the_last() -> None:
    assert [len(row) for row in survivors(np.array([[3.0, 1.0, 1.0, 1.0, 0.0]]), SamplingParams(top_k=2))] == [4]


def test_top_p_cuts_a_tie_after_the_lower_id() -> None:
    scores = after(np.zeros((1, 8)), states([SamplingParams(top_p=0.3)], 8))
    assert np.flatnonzero(scores[0] > -np.inf).tolist() == [0, 1, 2]


def test_rows_of_one_batch_are_cut_each_by_its_own_settings() -> None:
    params = [SamplingParams(), SamplingParams(top_k=1), SamplingParams(top_p=0.6), SamplingParams(min_p=0.4)]
    scores = after(np.tile(np.log(TABLE), (4, 1)), states(params, 4))
    assert [(row > -np.inf).sum() for row in scores] == [4, 1, 2, 3]


def test_the_reason_for_a_removal_is_the_number_that_failed() -> None:
    logits = np.log(np.array(TABLE))
    cases: list[tuple[dict[str, Any], float]] = [({"top_k": 2}, 4.0), ({"top_p": 0.8}, 0.9), ({"min_p": 0.3}, 0.1)]
    for params, at_token_0 in cases:
        trace = traced(logits, SamplingParams(**params))
        row = trace.token_ids.index(0)
        assert trace.removed_at.array()[row] == 1
        assert trace.removed_value.array()[row] == pytest.approx(at_token_0)


def test_the_numbers_say_what_was_compared() -> None:
    logits = np.log(np.array(TABLE))
    assert traced(logits, SamplingParams(min_p=0.5)).stages[1].numbers == pytest.approx({"min_p": 0.5, "max_p": 0.4, "threshold": 0.2})
    assert traced(logits, SamplingParams(top_k=2)).stages[1].numbers == pytest.approx({"top_k": 2, "threshold": np.log(0.3)})
    assert traced(logits, SamplingParams(top_p=0.5)).stages[1].numbers == {"top_p": 0.5}
