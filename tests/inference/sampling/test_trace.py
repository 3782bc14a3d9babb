"""The trace of a step: what is shown, that every column adds up, and that it survives the wire."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.events import Trace, from_wire, to_wire
from inference.spec import SamplingParams, Watch
from tests.inference.sampling.build import random_logits, random_params, seeds, traced

FILTERED = SamplingParams(temperature=0.7, top_k=40, top_p=0.9, min_p=0.05, repetition_penalty=1.3)


def columns(trace: Trace) -> np.ndarray:
    """(S, K) probabilities of the shown tokens, from what travels."""
    logsumexp = np.array([stage.logsumexp for stage in trace.stages])
    probabilities: np.ndarray = np.exp(trace.scores.array().astype(np.float64) - logsumexp[:, None])
    return probabilities


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_every_column_adds_up_to_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([2, 30, 300, 4096]))
    logits, params = random_logits(rng, vocab), random_params(rng, vocab)
    trace = traced(logits, params, Watch(top_n=int(rng.integers(1, 60))), prompt=[0, 1], output=[1, 1])
    sums = columns(trace).sum(-1) + [stage.other_mass for stage in trace.stages]
    largest = np.abs(np.where(np.isfinite(trace.scores.array()), trace.scores.array(), 0)).max(-1)
    told = largest < 1e5  # float32 on the wire: a score of 1,000 is known to 6e-5, one of a million not well enough for a probability
    assert np.abs(sums - 1)[told].max(initial=0) <= 1e-6 + 1.2e-7 * largest[told].max(initial=0)


def test_shown_are_the_best_of_both_ends_the_chosen_and_the_pinned() -> None:
    logits = np.log(np.arange(1.0, 101.0))
    trace = traced(logits, SamplingParams(repetition_penalty=10.0), Watch(top_n=2, pinned=(0,)), output=[99, 98])
    chosen = {token for token in trace.token_ids if token not in {99, 98, 97, 96, 0}}
    assert trace.token_ids[:4] == [99, 98, 97, 96]
    assert len(chosen) <= 1
    assert 0 in trace.token_ids


@pytest.mark.parametrize("top_n", [1, 20, 200])
def test_as_many_are_shown_as_were_asked_for_whatever_the_ties(top_n: int) -> None:
    assert traced(np.zeros(1000), SamplingParams(), Watch(top_n=top_n)).token_ids[:top_n] == list(range(top_n))


def test_pieces_are_the_bytes_of_the_shown_tokens() -> None:
    trace = traced(np.arange(30.0), SamplingParams())
    assert trace.pieces == [str(token).encode() for token in trace.token_ids]


def test_stages_at_their_neutral_value_have_no_column() -> None:
    trace = traced(np.arange(30.0), SamplingParams(top_p=0.9))
    assert [stage.name for stage in trace.stages] == ["logits", "top_p"]


def test_what_was_removed_stays_removed() -> None:
    trace = traced(np.random.default_rng(3).standard_normal(4096) * 3, FILTERED, prompt=list(range(200)))
    gone = trace.ranks.array() == 0
    assert (gone == np.isneginf(trace.scores.array())).all()
    assert (gone[1:] >= gone[:-1]).all()
    assert (np.argmax(gone, axis=0)[gone[-1]] == trace.removed_at.array()[gone[-1]]).all()


def test_a_shown_token_far_down_the_vocabulary_has_its_true_rank_and_reason() -> None:
    logits = np.linspace(10, 0, 4096)
    trace = traced(logits, SamplingParams(top_p=0.5), Watch(top_n=3, pinned=(4000,)))
    row = trace.token_ids.index(4000)
    p = np.exp(logits) / np.exp(logits).sum()
    assert trace.ranks.array()[:, row].tolist() == [4001, 0]
    assert trace.removed_value.array()[row] == pytest.approx(p[:4000].sum())


def test_a_token_without_a_chance_from_the_start_is_removed_at_the_logits() -> None:
    trace = traced(np.array([0.0, -np.inf, 1.0]), SamplingParams(), Watch(pinned=(1,)))
    assert trace.removed_at.array().tolist() == [-1, -1, 0]


def test_the_dice_lie_in_the_interval_of_the_chosen_token() -> None:
    for seed in range(50):
        trace = traced(np.random.default_rng(seed).standard_normal(4096) * 3, FILTERED)
        assert trace.dice.low <= trace.dice.u < trace.dice.high


def test_numbers_beyond_float32_arrive_as_its_largest() -> None:
    trace = traced(np.array([3e38, 1.0]), SamplingParams(temperature=1e-9))
    assert np.isfinite(trace.scores.array()[:, 0]).all()


def test_a_trace_survives_the_wire() -> None:
    trace = traced(np.random.default_rng(1).standard_normal(4096) * 3, FILTERED)
    assert from_wire(Trace, to_wire(trace)) == trace
