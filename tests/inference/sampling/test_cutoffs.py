"""Top-a, epsilon, eta and top-n-sigma: against transformers' classes, published formulas, and llama.cpp's own cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from transformers import EpsilonLogitsWarper, EtaLogitsWarper

from inference.sampling.arrays import Floats
from inference.spec import SamplingParams
from tests.inference.sampling.build import after, probabilities, seeds, states, traced
from tests.inference.sampling.compare import batch, same, survivors, theirs

TABLE = [0.1, 0.2, 0.3, 0.4]


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_epsilon_keeps_what_transformers_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    epsilon, keep = float(10 ** rng.uniform(-6, -0.05)), int(rng.choice([1, 3]))
    ours = survivors(logits, SamplingParams(epsilon_cutoff=epsilon, min_keep=keep), head=64)
    assert same(ours, theirs(EpsilonLogitsWarper(epsilon, min_tokens_to_keep=keep), logits))


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_eta_keeps_what_transformers_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    epsilon, keep = float(np.float32(10 ** rng.uniform(-6, -0.05))), int(rng.choice([1, 3]))  # theirs is kept in float32
    ours = survivors(logits, SamplingParams(eta_cutoff=epsilon, min_keep=keep), head=64)
    assert same(ours, theirs(EtaLogitsWarper(epsilon, min_tokens_to_keep=keep), logits))


def plain_top_a(logits: Floats, a: float, keep: int) -> Floats:
    """koboldcpp's ``sample_top_a``: best first, up to the first below a x max squared."""
    p = np.sort(probabilities(logits))[::-1]
    last = next((at for at in range(len(p)) if p[at] < a * p[0] ** 2 and at >= keep), len(p))
    kept: Floats = np.sort(logits)[::-1][:last]
    return np.sort(kept[kept > -np.inf])


def plain_top_n_sigma(logits: Floats, n: float) -> Floats:
    """llama.cpp's ``llama_sampler_top_n_sigma_apply``."""
    finite = logits[logits > -np.inf]
    return np.sort(finite[finite >= finite.max() - n * np.sqrt(((finite - finite.mean()) ** 2).mean())])


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_top_a_keeps_what_koboldcpp_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    a, keep = float(rng.uniform(0.001, 1)), int(rng.choice([1, 3]))
    assert same(survivors(logits, SamplingParams(top_a=a, min_keep=keep), head=64), [plain_top_a(row, a, keep) for row in logits])


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_top_n_sigma_keeps_what_llama_cpp_keeps(seed: int) -> None:
    rng, logits = batch(seed)
    n = float(rng.uniform(0.01, 4))
    assert same(survivors(logits, SamplingParams(top_n_sigma=n), head=64), [plain_top_n_sigma(row, n) for row in logits])


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"top_n_sigma": 1.0}, [0.571429, 0.428571]),  # llama.cpp, tests/test-sampling.cpp, test_top_n_sigma
        ({"top_n_sigma": 0.0}, [0.4, 0.3, 0.2, 0.1]),
        ({"top_n_sigma": 3.0}, [0.4, 0.3, 0.2, 0.1]),
        ({"top_n_sigma": 1.0, "min_keep": 3}, [4 / 9, 3 / 9, 2 / 9]),
        ({"top_a": 1.0}, [4 / 9, 3 / 9, 2 / 9]),
        ({"top_a": 0.5}, [0.4, 0.3, 0.2, 0.1]),
        ({"epsilon_cutoff": 0.25}, [4 / 7, 3 / 7]),
        ({"epsilon_cutoff": 0.9}, [1.0]),
        ({"epsilon_cutoff": 0.9, "min_keep": 2}, [4 / 7, 3 / 7]),
        ({"eta_cutoff": 0.99}, [4 / 7, 3 / 7]),
        ({"eta_cutoff": 0.15}, [4 / 9, 3 / 9, 2 / 9]),
    ],
)
def test_probabilities_in_probabilities_out(params: dict[str, Any], expected: list[float]) -> None:
    left = probabilities(after(np.log([TABLE]), states([SamplingParams(**params)], 4))[0])
    assert sorted(left[left > 0], reverse=True) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("setting", ["epsilon_cutoff", "eta_cutoff"])
def test_everything_tied_with_the_best_survives_a_bound_above_it(setting: str) -> None:
    assert [len(row) for row in survivors(np.zeros((1, 1000)), SamplingParams.model_validate({setting: 0.5}), head=64)] == [1000]


@pytest.mark.parametrize("setting", ["epsilon_cutoff", "eta_cutoff", "top_a", "top_n_sigma"])
@pytest.mark.parametrize("logits", [[0.0], [0.0, 0.0], [5.0, -np.inf], [-np.inf, -3e38], [3e38, -3e38], [0.0, -800.0, -np.inf]])
def test_the_best_token_always_survives(setting: str, logits: list[float]) -> None:
    scores = after(np.array([logits]), states([SamplingParams.model_validate({setting: 0.9})], len(logits)))
    assert scores[0, int(np.argmax(logits))] == max(logits)


def test_the_numbers_say_what_was_compared() -> None:
    logits = np.log(np.array(TABLE))
    z = np.log(TABLE)
    assert traced(logits, SamplingParams(top_a=1.0)).stages[1].numbers == pytest.approx({"top_a": 1.0, "max_p": 0.4, "threshold": 0.16})
    assert traced(logits, SamplingParams(epsilon_cutoff=0.3)).stages[1].numbers == {"epsilon_cutoff": 0.3}
    entropy = float(-(np.array(TABLE) * z).sum())
    eta = {"eta_cutoff": 0.3, "entropy": entropy, "threshold": np.sqrt(0.3) * np.exp(-entropy)}
    assert traced(logits, SamplingParams(eta_cutoff=0.3)).stages[1].numbers == pytest.approx(eta)
    sigma = {"top_n_sigma": 1.0, "max": np.log(0.4), "sigma": z.std(), "threshold": np.log(0.4) - z.std()}
    assert traced(logits, SamplingParams(top_n_sigma=1.0)).stages[1].numbers == pytest.approx(sigma)


def test_the_reason_for_a_removal_is_the_number_that_failed() -> None:
    logits = np.log(np.array(TABLE))
    cases: list[tuple[dict[str, Any], float]] = [({"top_a": 1.0}, 0.1), ({"epsilon_cutoff": 0.3}, 0.1), ({"top_n_sigma": 1.0}, float(np.log(0.1)))]
    for params, at_token_0 in cases:
        trace = traced(logits, SamplingParams(**params))
        row = trace.token_ids.index(0)
        assert (trace.removed_at.array()[row], trace.removed_value.array()[row]) == (1, pytest.approx(at_token_0))
