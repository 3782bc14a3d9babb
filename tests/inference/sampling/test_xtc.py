"""XTC: llama.cpp's own cases, its draw, and that it neither moves the dice nor leaves too little."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from inference.sampling.dice import FOR_XTC, uniforms
from inference.spec import SamplingParams
from tests.inference.sampling.build import BLIND, after, one, probabilities, states, traced

TABLE = [0.4, 0.3, 0.2, 0.1]


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(0.09, [0.1]), (0.19, [0.2, 0.1]), (0.29, [0.3, 0.2, 0.1]), (0.39, TABLE), (0.6, TABLE), (0.0, [0.1])],  # llama.cpp, tests/test-sampling.cpp, test_xtc
)
def test_probabilities_in_probabilities_out(threshold: float, expected: list[float]) -> None:
    scores = after(np.log([TABLE]), states([SamplingParams(xtc_probability=1.0, xtc_threshold=threshold)], 4))
    left = probabilities(scores[0])
    assert sorted(left[left > 0], reverse=True) == pytest.approx(np.array(expected) / sum(expected))


def test_it_acts_as_often_as_asked_and_the_trace_says_when() -> None:
    params = SamplingParams(xtc_probability=0.3, xtc_threshold=0.15)
    acted = 0
    for step in range(300):
        numbers = traced(np.log(TABLE), params, output=[0] * step).stages[-1]
        acts = numbers.numbers["u"] <= 0.3
        assert numbers.numbers == {"xtc_probability": 0.3, "xtc_threshold": 0.15, "u": uniforms(0, 0, step, 1, FOR_XTC)[0], "acts": float(acts)}
        assert numbers.kept == (2 if acts else 4)
        acted += acts
    assert binomtest(acted, 300, 0.3).pvalue > 0.001


def test_its_numbers_are_not_those_of_the_dice() -> None:
    dice, toss = uniforms(5, 0, 0, 10_000), uniforms(5, 0, 0, 10_000, FOR_XTC)
    assert abs(np.corrcoef(dice, toss)[0, 1]) < 0.03
    watched = traced(np.log(TABLE), SamplingParams(xtc_probability=1.0))
    assert watched.dice.u == traced(np.log(TABLE), SamplingParams()).dice.u


def test_greedy_takes_the_best_of_what_it_leaves() -> None:
    params = SamplingParams(temperature=0.0, xtc_probability=1.0, xtc_threshold=0.15)
    assert [one(np.log(TABLE), params, watch).token_id for watch in (BLIND,)] == [2]
    assert traced(np.log(TABLE), params).dice.position == 0


@pytest.mark.parametrize(("keep", "kept"), [(1, 2), (2, 2), (3, 4), (9, 4)])
def test_it_does_nothing_where_too_few_would_be_left(keep: int, kept: int) -> None:
    assert traced(np.log(TABLE), SamplingParams(xtc_probability=1.0, xtc_threshold=0.15, min_keep=keep)).stages[-1].kept == kept


def test_the_removed_are_the_most_likely_and_the_rest_keeps_its_order_far_down() -> None:
    logits = np.concatenate([[9.0, 9.5, 8.0], np.random.default_rng(0).standard_normal(5000)])
    trace = traced(logits, SamplingParams(xtc_probability=1.0, xtc_threshold=0.05))
    assert trace.stages[-1].kept == len(logits) - 2
    assert [trace.removed_at.array()[trace.token_ids.index(token)] for token in (0, 1, 2)] == [1, 1, -1]
    assert trace.removed_value.array()[trace.token_ids.index(1)] == pytest.approx(probabilities(logits)[1])
    assert trace.ranks.array()[1][trace.token_ids.index(2)] == 1
