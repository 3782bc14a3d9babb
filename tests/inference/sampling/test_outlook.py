"""Going over a run's steps at once gives what each step gave by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from numpy.typing import NDArray

from inference.sampling.arrays import Floats
from inference.sampling.outlook import Outlook, Outlooks
from inference.sampling.pipeline import walk
from inference.sampling.registry import STAGES
from inference.sampling.sampler import Choice, Sampler, choose
from inference.sampling.scores import Dense
from inference.sampling.state import Rows
from inference.spec import SamplingParams, Watch
from tests.inference.sampling.build import after, probabilities, random_logits, random_params, sampler, seeds, states

STEPS = 20


def step_by_step(logits: Floats, tokens: list[int], params: SamplingParams, prompt: list[int]) -> tuple[list[Choice], list[float]]:
    """Each step as the run itself takes it, but that it is made to go on with ``tokens``; and the probability of each of these."""
    row, found, own = sampler(params, logits.shape[1], seed=9, prompt=prompt), [], []
    for scores, token in zip(logits, tokens, strict=True):
        (choice,) = choose(torch.from_numpy(scores[None].astype(np.float32)), [row], [Watch(top_n=1)])
        assert isinstance(choice, Choice)
        found.append(choice)
        own.append(probability(scores, row, token))
        row.observe(token, math.log(own[-1]) if own[-1] else choice.logprob)
    return found, own


def probability(scores: Floats, row: Sampler, token: int) -> float:
    """Of ``token`` in the final distribution, everything sorted."""
    with np.errstate(all="ignore"):
        *_, (_, last) = walk(Dense.start(scores[None], len(scores)), Rows([row.state]), row.route(True).stages)
        return float(probabilities(last.listed.spread.field.scores[0])[token])


def all_at_once(logits: Floats, tokens: list[int], params: SamplingParams, prompt: list[int]) -> list[Outlook]:
    row = sampler(params, logits.shape[1], seed=9, prompt=prompt)
    return list(Outlooks(row).steps(logits.astype(np.float32), tokens))


def column(found: list[Outlook], name: str) -> NDArray[np.float64]:
    joined: NDArray[np.float64] = np.concatenate([getattr(outlook, name) for outlook in found])
    return joined


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_any_settings_give_what_every_step_gives_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([2, 50, 1500, 6000]))
    logits = np.stack([random_logits(rng, vocab) for _ in range(STEPS)])
    tokens, prompt = rng.integers(vocab, size=STEPS).tolist(), rng.integers(vocab, size=5).tolist()
    params = random_params(rng, vocab)
    (alone, own), together = step_by_step(logits, tokens, params, prompt), all_at_once(logits, tokens, params, prompt)
    assert column(together, "ids").tolist() == [choice.token_id for choice in alone]
    last = [choice.trace.stages[-1] for choice in alone if choice.trace]
    assert column(together, "kept").tolist() == [stage.kept for stage in last]
    assert column(together, "entropies") == pytest.approx([stage.entropy for stage in last], abs=1e-9)
    assert column(together, "draws").tolist() == [choice.trace.dice.u for choice in alone if choice.trace]
    assert np.log(column(together, "probabilities")) == pytest.approx([choice.logprob for choice in alone], abs=1e-9)
    assert column(together, "own") == pytest.approx(own, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_distributions_are_those_of_the_whole_pipeline(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([50, 1500]))
    logits = np.stack([random_logits(rng, vocab) for _ in range(STEPS)])
    tokens, prompt = rng.integers(vocab, size=STEPS).tolist(), rng.integers(vocab, size=5).tolist()
    params = random_params(rng, vocab).model_copy(update={"stage_order": tuple(STAGES), "mirostat_mode": 0})
    way = Outlooks(sampler(params, vocab, prompt=prompt))
    for step, (found, _) in enumerate(way.distributions(logits, tokens)):
        with np.errstate(all="ignore"):
            expected = probabilities(after(logits[step : step + 1], states([params], vocab, prompt=prompt, output=tokens[:step])))[0]
        assert found == pytest.approx(expected, abs=1e-12)


def test_the_runs_own_tokens_are_found_in_the_final_distribution() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2]] * 2))
    (found,) = all_at_once(logits, [1, 2], SamplingParams(top_k=2), [])
    assert found.own == pytest.approx([0.375, 0.0])


def test_a_greedy_run_takes_the_best_token_whatever_the_dice_say() -> None:
    logits = np.log(np.array([[0.3, 0.5, 0.2]] * 20))
    assert set(column(all_at_once(logits, [0] * 20, SamplingParams(temperature=0.0), []), "ids").tolist()) == {1}


def test_a_penalty_sees_the_past_that_was_not_the_one_that_would_have_been() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2]] * 3))
    found = column(all_at_once(logits, [2, 2, 2], SamplingParams(temperature=0.0, presence_penalty=2.0), []), "own")
    assert found[0] == pytest.approx(0.2)
    assert found[1] == found[2] < 0.04


@pytest.mark.parametrize("stage", [stage for stage in STAGES.values() if not stage.looks_back], ids=lambda stage: stage.name)
def test_a_stage_that_says_it_does_not_look_back_gives_the_same_whatever_was_said(stage: object) -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        params = random_params(rng, 50).model_copy(update={"stage_order": (stage.name,)})  # type: ignore[attr-defined]
        logits = np.stack([random_logits(rng, 50)])
        pasts = [rng.integers(50, size=n).tolist() for n in (0, 7)]
        with np.errstate(all="ignore"):
            one, other = (after(logits, states([params], 50, prompt=past, output=past)) for past in pasts)
        assert np.array_equal(one, other)
