"""Quadratic smoothing and dynamic temperature against their published formulas and llama.cpp's own cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.sampling.arrays import Floats
from inference.spec import SamplingParams
from tests.inference.sampling.build import after, one, probabilities, random_logits, seeds, states, traced

TABLE = np.log(np.array([[0.1, 0.2, 0.3, 0.4]]))


def plain_smoothing(logits: Floats, factor: float, curve: float) -> Floats:
    """text-generation-webui's ``QuadraticSamplingLogitsWarper``."""
    diff, k, s = logits - logits.max(), (3 - curve) / 2, (curve - 1) / 2
    with np.errstate(invalid="ignore"):
        return np.where(logits != -np.inf, -(k * factor * diff**2) + (s * factor * diff**3) + logits.max(), logits)


def plain_dynamic_temperature(logits: Floats, temperature: float, reach: float, exponent: float) -> float:
    """The temperature of llama.cpp's ``llama_sampler_temp_ext_apply``."""
    p = probabilities(logits[logits > -np.inf])
    low, high = max(0.0, temperature - reach), temperature + reach
    entropy = -(p[p > 0] * np.log(p[p > 0])).sum()
    return float(low + (high - low) * (max(entropy, 0.0) / np.log(len(p))) ** exponent)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_smoothing_gives_the_scores_of_its_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, factor, curve = random_logits(rng, 60), float(rng.uniform(0.01, 3)), float(rng.uniform(1, 3))
    ours = after(logits[None], states([SamplingParams(smoothing_factor=factor, smoothing_curve=curve)], 60))
    assert ours[0] == pytest.approx(plain_smoothing(logits, factor, curve), rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_smoothing_lets_no_token_overtake_another(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = np.sort(random_logits(rng, 60))
    params = SamplingParams(smoothing_factor=float(rng.uniform(0.01, 10)), smoothing_curve=float(rng.uniform(1, 3)))
    scores = after(logits[None], states([params], 60))[0]
    assert (scores[1:] >= scores[:-1]).all()


def test_smoothing_removes_nothing_however_far_down() -> None:
    trace = traced(np.array([3e38, 0.0, -3e38, -np.inf]), SamplingParams(temperature=1e-30, smoothing_factor=10.0, smoothing_curve=3.0))
    assert [stage.kept for stage in trace.stages] == [3, 3, 3]


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_dynamic_temperature_is_that_of_llama_cpp(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, t, reach, exponent = random_logits(rng, 50), float(rng.uniform(0.1, 2)), float(rng.uniform(0.01, 2)), float(rng.uniform(0.3, 3))
    if np.isfinite(logits).sum() < 2:
        return
    params = SamplingParams(temperature=t, dynatemp_range=reach, dynatemp_exponent=exponent)
    numbers = traced(logits, params).stages[1].numbers
    assert numbers["temperature"] == pytest.approx(plain_dynamic_temperature(logits, t, reach, exponent), rel=1e-9, abs=1e-9)
    assert after(logits[None], states([params], 50))[0] == pytest.approx(logits / max(numbers["temperature"], 1e-200), rel=1e-9)


@pytest.mark.parametrize(
    ("params", "expected"),
    [  # llama.cpp, tests/test-sampling.cpp, test_temp and test_temp_ext
        ({"temperature": 1.0, "dynatemp_range": 0.0}, [0.1, 0.2, 0.3, 0.4]),
        ({"temperature": 1e-9, "dynatemp_range": 0.0}, [0.0, 0.0, 0.0, 1.0]),
        ({"temperature": 1.0, "dynatemp_range": 1e-9}, [0.1, 0.2, 0.3, 0.4]),
    ],
)
def test_probabilities_in_probabilities_out(params: dict[str, float], expected: list[float]) -> None:
    scores = after(TABLE, states([SamplingParams.model_validate(params)], 4))
    assert probabilities(scores[0]) == pytest.approx(expected, abs=1e-6)


def test_a_sure_model_is_made_surer_and_an_unsure_one_less_sure() -> None:
    params = SamplingParams(dynatemp_range=0.5)
    sure, unsure = (traced(np.array([0.0] * 9 + [top]), params).stages[1].numbers["temperature"] for top in (9.0, 0.1))
    assert 0.5 <= sure < 0.6
    assert 1.49 < unsure <= 1.5


def test_a_single_survivor_stays_as_it_is() -> None:
    assert after(np.array([[-np.inf, 7.0]]), states([SamplingParams(dynatemp_range=1.0)], 2)).tolist() == [[-np.inf, 7.0]]


def test_dynamic_temperature_takes_the_place_of_temperature_and_greedy_stays_greedy() -> None:
    trace = traced(TABLE[0], SamplingParams(temperature=0.7, dynatemp_range=0.5))
    assert [stage.name for stage in trace.stages] == ["logits", "dynatemp"]
    assert one(TABLE[0], SamplingParams(temperature=0.0, dynatemp_range=0.5)).token_id == 3
