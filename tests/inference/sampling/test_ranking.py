"""Ranking against a full stable sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.sampling.ranking import best
from tests.inference.sampling.build import random_logits, seeds


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_what_is_listed_is_a_true_beginning_of_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([1, 2, 5, 100, 1000]))
    scores = np.stack([random_logits(rng, vocab) for _ in range(int(rng.integers(1, 5)))])
    ranking = best(scores, int(rng.integers(1, vocab + 2)))
    for row, logits in enumerate(scores):
        order = np.lexsort((np.arange(vocab), -logits))
        count, finite = ranking.count[row], int((logits > -np.inf).sum())
        assert ranking.ids[row, :count].tolist() == order[:count].tolist()
        assert ranking.scores[row, :count].tolist() == logits[order[:count]].tolist()
        assert ranking.rest[row] == (count < finite)


@pytest.mark.parametrize("vocab", [32_768, 50_257])
@pytest.mark.parametrize("n", [1, 64, 257, 3000])
def test_of_a_large_vocabulary_the_best_are_the_same_with_ties_and_removed_tokens(vocab: int, n: int) -> None:
    rng = np.random.default_rng(n)
    scores = np.round(rng.standard_normal((3, vocab)) * 8) / 4 + rng.standard_normal((3, vocab)) * np.array([[0.0], [1e-3], [2.0]])
    scores[1, rng.integers(vocab, size=vocab - 300)] = -np.inf
    ranking = best(scores, n)
    for row, logits in enumerate(scores):
        order = np.lexsort((np.arange(vocab), -logits))
        assert ranking.ids[row, : ranking.count[row]].tolist() == order[: ranking.count[row]].tolist()
    assert ranking.count[2] == n


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_float32_scores_are_listed_like_the_same_numbers_in_float64(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([2, 100, 1000, 4096]))
    scores = np.stack([random_logits(rng, vocab) for _ in range(3)]).astype(np.float32)
    scores[0, rng.integers(vocab, size=2)] = 0.0, -0.0
    n = int(rng.integers(1, vocab + 2))
    ours, theirs = best(scores, n), best(scores.astype(np.float64), n)
    assert ours.scores.dtype == np.float64
    for row, count in enumerate(np.minimum(ours.count, theirs.count)):
        assert ours.ids[row, :count].tolist() == theirs.ids[row, :count].tolist()
        assert np.signbit(ours.scores[row, :count]).tolist() == np.signbit(scores[row, ours.ids[row, :count]]).tolist()


@pytest.mark.parametrize("n", [1, 5, 64, 300, 1000])
def test_scores_that_differ_only_in_their_last_bits_are_told_apart(n: int) -> None:
    """So little that the bits with which they are looked for are the same."""
    rng = np.random.default_rng(n)
    scores = rng.choice([-3.0, 1.0, 2.5], size=(4, 1000)) * (1 + rng.integers(-40, 40, size=(4, 1000)) * 2.0**-52)
    ranking = best(scores, n)
    for row, logits in enumerate(scores):
        order = np.lexsort((np.arange(1000), -logits))[: ranking.count[row]]
        assert ranking.ids[row, : ranking.count[row]].tolist() == order.tolist()
    assert n < 1000 or ranking.count == [1000] * 4


def test_without_ties_as_many_are_listed_as_were_asked_for() -> None:
    assert best(np.random.default_rng(0).standard_normal((3, 500)), 64).count == [64] * 3


def test_tokens_tied_across_the_end_of_the_list_are_left_out() -> None:
    ranking = best(np.array([[1.0, 1.0, 5.0, 1.0, 1.0, 4.0, 0.0]]), 4)
    assert ranking.ids[0, : ranking.count[0]].tolist() == [2, 5]
    assert ranking.rest[0]


def test_a_list_of_everything_orders_ties_by_id() -> None:
    assert best(np.array([[1.0, 2.0, 1.0, 2.0, 1.0]]), 5).ids.tolist() == [[1, 3, 0, 2, 4]]
