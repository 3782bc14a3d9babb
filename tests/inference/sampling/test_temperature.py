"""Temperature: against transformers, at its limits, and greedy at zero."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from transformers import TemperatureLogitsWarper

from inference.spec import SamplingParams
from tests.inference.sampling.build import after, one, random_logits, seeds, states, traced


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_scores_are_those_of_transformers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, t = random_logits(rng, 50), float(rng.uniform(0.01, 10))
    theirs = TemperatureLogitsWarper(t)(torch.tensor([[0]]), torch.from_numpy(logits[None]))
    assert np.array_equal(after(logits[None], states([SamplingParams(temperature=t)], 50)), theirs.numpy())


@pytest.mark.parametrize("temperature", [5e-324, 1e-300, 1e-30, 1e-6])
def test_a_temperature_close_to_zero_takes_the_best_token(temperature: float) -> None:
    logits = np.array([1.0, 3.0, 2.9999, -3e38])
    choice = one(logits, SamplingParams(temperature=temperature))
    assert choice.token_id == 1
    assert choice.logprob == pytest.approx(0.0, abs=1e-9)


def test_zero_is_greedy_and_shows_the_distribution_at_one() -> None:
    logits = np.log(np.array([0.1, 0.2, 0.4, 0.3]))
    trace = traced(logits, SamplingParams(temperature=0.0, top_k=2))
    assert [stage.name for stage in trace.stages] == ["logits", "top_k"]
    assert trace.dice.greedy
    assert (trace.dice.position, trace.dice.low) == (0, 0.0)
    assert trace.dice.high == pytest.approx(4 / 7)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_greedy_takes_the_token_of_torch_argmax(seed: int) -> None:
    logits = random_logits(np.random.default_rng(seed), 600)
    expected = int(torch.from_numpy(logits).argmax())
    assert one(logits, SamplingParams(temperature=0.0, top_p=0.5, min_p=0.3), seed=seed).token_id == expected
