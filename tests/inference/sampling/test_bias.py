"""Logit bias and the ban on ending early: against transformers and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from transformers import MinNewTokensLengthLogitsProcessor, SequenceBiasLogitsProcessor

from inference.spec import SamplingParams
from tests.inference.sampling.build import after, one, random_logits, seeds, states, traced


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_a_bias_gives_the_scores_of_transformers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = random_logits(rng, 60)
    bias = {int(token): float(rng.uniform(-100, 100)) for token in rng.integers(60, size=5)}
    theirs = SequenceBiasLogitsProcessor([[[token], value] for token, value in bias.items()])(torch.tensor([[0]]), torch.from_numpy(logits[None]))
    assert after(logits[None], states([SamplingParams(logit_bias=bias)], 60)) == pytest.approx(theirs.numpy(), abs=1e-5)  # theirs is kept in float32


@pytest.mark.parametrize("generated", [0, 2, 3, 4])
def test_what_would_end_the_run_is_masked_as_in_transformers(generated: int) -> None:
    logits = np.arange(10.0)[None]
    theirs = MinNewTokensLengthLogitsProcessor(4, 3, [7, 9], device="cpu")(torch.zeros((1, 4 + generated), dtype=torch.long), torch.from_numpy(logits))
    rows = states([SamplingParams(min_tokens=3, stop_token_ids=(7,))], 10, prompt=[1] * 4, output=[2] * generated, eos=[9])
    assert np.array_equal(after(logits, rows), theirs.numpy())


def test_an_ignored_eos_is_an_ordinary_token() -> None:
    rows = states([SamplingParams(min_tokens=3, ignore_eos=True)], 4, eos=[3])
    assert after(np.zeros((1, 4)), rows).tolist() == [[0, 0, 0, 0]]


def test_a_row_with_nothing_but_eos_left_keeps_it() -> None:
    logits = np.array([[-np.inf, -np.inf, 1.0], [0.0, 0.0, 9.0]])
    rows = states([SamplingParams(min_tokens=5)] * 2, 3, eos=[2])
    assert after(logits, rows).tolist() == [[-np.inf, -np.inf, 1.0], [0.0, 0.0, -np.inf]]


def test_the_trace_shows_when_and_why_eos_was_not_allowed() -> None:
    trace = traced(np.array([0.0, 0.0, np.log(2.0)]), SamplingParams(min_tokens=5), output=[0, 1], eos=[2])
    row = trace.token_ids.index(2)
    assert trace.stages[1].numbers == {"min_tokens": 5, "generated": 2}
    assert trace.stages[1].removed_mass == pytest.approx(0.5)
    assert (trace.removed_at.array()[row], trace.removed_value.array()[row]) == (1, pytest.approx(0.5))


def test_a_bias_of_plus_100_forces_and_minus_100_bans() -> None:
    logits = np.random.default_rng(0).standard_normal(500)
    assert all(one(logits, SamplingParams(logit_bias={3: 100.0}), seed=seed).token_id == 3 for seed in range(20))
    assert all(one(logits, SamplingParams(logit_bias={int(logits.argmax()): -100.0}), seed=seed).token_id != logits.argmax() for seed in range(50))
