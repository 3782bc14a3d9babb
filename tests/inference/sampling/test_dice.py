"""The dice: Philox against the published vectors and a plain version, the draw against its definition and in distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from inference.sampling.dice import Rolls, fall, philox, uniforms
from inference.sampling.scores import Dense
from inference.spec import MAX_SEED, SamplingParams
from tests.inference.sampling import reference
from tests.inference.sampling.build import BLIND, one, probabilities, random_logits, seeds

# Random123 1.14, tests/kat_vectors, "philox4x32 10": counter, key, result
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter: str, key: str, result: str) -> None:
    assert philox(np.array(words(counter), dtype=np.uint64), np.array(words(key), dtype=np.uint64)).tolist() == words(result)


def plain_uniform(seed: int, sample: int, step: int) -> float:
    """The dice in integers of Python."""
    c, k = [step & 0xFFFFFFFF, step >> 32, sample, 0], [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        p0, p1 = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return ((c[0] << 32 | c[1]) >> 11) / 2**53


@given(st.integers(0, MAX_SEED), st.integers(0, 2**32 - 1), st.integers(0, 2**40))
def test_a_number_is_that_of_seed_sample_and_step(seed: int, sample: int, step: int) -> None:
    assert Rolls(seed, sample).at(step) == plain_uniform(seed, sample, step)
    assert uniforms(seed, sample, step, 3)[2] == plain_uniform(seed, sample, step + 2)


def test_the_numbers_of_a_run_do_not_depend_on_the_order_in_which_they_are_asked_for() -> None:
    rolls = Rolls(5, 0)
    backwards = [rolls.at(step) for step in reversed(range(400))]
    assert backwards[::-1] == uniforms(5, 0, 0, 400).tolist()


@pytest.mark.parametrize("numbers", [uniforms(1, 0, 0, 100_000), np.array([Rolls(seed, 0).at(3) for seed in range(5_000)])], ids=["steps", "seeds"])
def test_the_numbers_are_uniform(numbers: np.ndarray) -> None:
    assert 0 <= numbers.min() < numbers.max() < 1
    assert kstest(numbers, "uniform").pvalue > 0.001


def test_neighbouring_steps_seeds_and_samples_are_not_correlated() -> None:
    base = uniforms(1, 0, 0, 20_000)
    for other in (uniforms(1, 0, 1, 20_000), uniforms(2, 0, 0, 20_000), uniforms(1, 1, 0, 20_000)):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.03


@settings(max_examples=200, deadline=None)
@given(seeds, st.floats(0, 1, exclude_max=True))
def test_the_dice_fall_on_the_first_token_whose_cumulative_probability_exceeds_them(seed: int, u: float) -> None:
    rng = np.random.default_rng(seed)
    logits = random_logits(rng, int(rng.choice([1, 2, 30, 700])))
    (fallen,) = fall(Dense.start(logits[None], len(logits)).listed, [u])
    assert fallen.low <= u < fallen.high
    token, position, low, high = reference.draw(reference.Stage("", logits), u)
    if low + reference.TINY < u < high - reference.TINY:
        assert (fallen.token_id, fallen.position) == (token, position)
        assert fallen.low == pytest.approx(low, abs=1e-12)
        assert fallen.high == pytest.approx(high, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_the_intervals_of_all_tokens_tile_the_bar(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = random_logits(rng, 50)
    listed = Dense.start(logits[None], 50).listed
    edges, u = [0.0], 0.0
    while u < 1:
        (fallen,) = fall(listed, [u])
        assert fallen.low == edges[-1]
        u = float(fallen.high)
        edges.append(u)
    assert edges[-1] == 1.0
    assert np.diff(edges) == pytest.approx(np.sort(probabilities(logits))[::-1][: len(edges) - 1], abs=1e-12)


def test_the_largest_number_falls_on_the_last_token_that_survives() -> None:
    logits = np.array([0.0, -np.inf, 1.0, -800.0, 0.5])
    (fallen,) = fall(Dense.start(logits[None], 5).listed, [1 - 2**-53])
    assert fallen.token_id == 0
    assert fallen.high == 1.0


def test_samples_follow_the_distribution() -> None:
    logits = np.log(np.array([0.05, 0.3, 0.1, 0.25, 0.3]))
    params = SamplingParams(temperature=1.5)
    counts = np.bincount([one(logits, params, BLIND, seed=seed).token_id for seed in range(2000)], minlength=5)
    assert chisquare(counts, probabilities(logits / 1.5) * 2000).pvalue > 0.001


def test_samples_follow_the_distribution_beyond_the_list() -> None:
    logits = np.random.default_rng(0).standard_normal(3000)
    expected = probabilities(logits)
    tail = np.argsort(-logits)[256:]
    drawn = [one(logits, SamplingParams(), BLIND, seed=seed).token_id for seed in range(800)]
    inside = np.isin(drawn, tail)
    assert chisquare([inside.sum(), (~inside).sum()], [expected[tail].sum() * 800, (1 - expected[tail].sum()) * 800]).pvalue > 0.001
