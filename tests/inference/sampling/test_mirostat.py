"""Mirostat v2: against llama.cpp's loop written out, its state over a run, and a run that is taken up again."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from inference.sampling.sampler import Choice, Sampler, choose
from inference.spec import SamplingParams, Watch
from tests.inference.sampling.build import BLIND, WATCH, probabilities, random_logits, sampler, seeds, traced

STEPS = 25


def logits_of(step: int, seed: int) -> torch.Tensor:
    return torch.from_numpy(random_logits(np.random.default_rng([seed, step]), 400)[None])


def generate(row: Sampler, seed: int, watch: Watch) -> list[Choice]:
    choices = []
    for step in range(row.state.generated, STEPS):
        (choice,) = choose(logits_of(step, seed), [row], [watch])
        assert isinstance(choice, Choice)
        row.observe(choice.token_id, choice.logprob)
        choices.append(choice)
    return choices


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_every_step_cuts_and_adjusts_as_llama_cpp_does(seed: int) -> None:
    """``llama_sampler_mirostat_v2_apply``: cut above mu, normalise, take one, mu -= eta (its surprise - tau)."""
    params = SamplingParams(mirostat_mode=2, mirostat_tau=2.0, mirostat_eta=0.3)
    mu = 2 * params.mirostat_tau
    for step, choice in enumerate(generate(sampler(params, 400, seed=seed), seed, WATCH)):
        assert choice.trace
        assert choice.logprob is not None
        p = np.sort(probabilities(logits_of(step, seed).numpy()[0]))[::-1]
        with np.errstate(divide="ignore"):
            kept = p[: max(1, int((-np.log2(p) <= mu).sum()))]
        assert choice.trace.stages[-1].numbers == pytest.approx({"mu": mu, "mirostat_tau": 2.0, "mirostat_eta": 0.3})
        assert choice.trace.stages[-1].kept == len(kept[kept > 0])
        low, high = choice.trace.dice.low, choice.trace.dice.high
        assert -np.log2(high - low) == pytest.approx(-choice.logprob / np.log(2), abs=1e-9)
        mu -= 0.3 * (-np.log2(high - low) - 2.0)


PARAMS = SamplingParams(mirostat_mode=2, mirostat_tau=1.5, mirostat_eta=0.5, temperature=1.3)


def test_watching_changes_nothing() -> None:
    watched, blind = (generate(sampler(PARAMS, 400, seed=3), 3, watch) for watch in (WATCH, BLIND))
    assert [(choice.token_id, choice.logprob) for choice in watched] == [(choice.token_id, choice.logprob) for choice in blind]


@pytest.mark.parametrize("cut", [1, 7, 24])
def test_a_run_taken_up_again_goes_on_with_the_same_tokens(cut: int) -> None:
    whole = generate(sampler(PARAMS, 400, seed=5), 5, BLIND)
    again = sampler(PARAMS, 400, seed=5)
    for choice in whole[:cut]:
        again.observe(choice.token_id, choice.logprob)
    assert generate(again, 5, BLIND) == whole[cut:]


def test_the_surprise_settles_at_the_target() -> None:
    params = SamplingParams(mirostat_mode=2, mirostat_tau=3.0, mirostat_eta=0.1)
    row, surprises = sampler(params, 5000, seed=1), []
    logits = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 5000)) * 3)
    for _ in range(400):
        (choice,) = choose(logits, [row], [BLIND])
        assert isinstance(choice, Choice)
        assert choice.logprob is not None
        row.observe(choice.token_id, choice.logprob)
        surprises.append(-choice.logprob / np.log(2))
    assert np.mean(surprises[200:]) == pytest.approx(3.0, abs=0.3)


def test_the_reason_is_the_surprise_in_bits() -> None:
    trace = traced(np.log(np.array([0.75, 0.125, 0.125])), SamplingParams(mirostat_mode=2, mirostat_tau=1.0))
    assert trace.stages[-1].kept == 1
    assert trace.removed_value.array().tolist()[1:] == [3.0, 3.0]
