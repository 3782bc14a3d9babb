"""Scores of a whole vocabulary: a field in one piece, and one put together from several."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.sampling.field import IN_CACHE, Field, Mosaic
from tests.inference.sampling.build import random_logits, seeds


def put_together(rng: np.random.Generator, vocab: int) -> tuple[Mosaic, Field]:
    """A field in which rows have been replaced two or three times, and the same in one piece."""
    scores = np.stack([random_logits(rng, vocab) for _ in range(int(rng.integers(2, 7)))])
    mosaic: Field | Mosaic = Field(scores.copy())
    for _ in range(int(rng.integers(2, 4))):
        rows = np.sort(rng.choice(len(scores), size=int(rng.integers(1, len(scores) + 1)), replace=False))
        new = np.stack([random_logits(rng, vocab) for _ in range(len(scores))])[rows]
        scores[rows] = new
        mosaic = mosaic.mended(rows, Field(new.copy()))
    assert isinstance(mosaic, Mosaic)
    return mosaic, Field(scores)


def same(one: Field | Mosaic, other: Field, head: int) -> bool:
    numbers = [(one.top, other.top), (one.survivors, other.survivors), (one.scores, other.scores), (one.weights, other.weights)]
    ours, theirs = one.ranking(head), other.ranking(head)
    lists = [(ours.ids[row, :count], theirs.ids[row, :count]) for row, count in enumerate(theirs.count)]
    sums = zip(one.sums, other.sums, strict=True)
    return all(np.array_equal(a, b) for a, b in [*numbers, *lists, *sums]) and (ours.count, ours.rest) == (theirs.count, theirs.rest)


@settings(max_examples=80, deadline=None)
@given(seeds)
def test_a_field_of_pieces_says_bit_for_bit_what_one_in_one_piece_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vocab = int(rng.choice([1, 2, 300, 2500]))
    mosaic, whole = put_together(rng, vocab)
    assert same(mosaic, whole, 256)
    assert all(np.array_equal(mosaic.row(row), whole.row(row)) for row in range(len(whole.scores)))


@settings(max_examples=80, deadline=None)
@given(seeds)
def test_rows_taken_from_pieces_and_divided_are_those_of_the_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mosaic, whole = put_together(rng, 700)
    rows = np.sort(rng.choice(len(whole.scores), size=2, replace=False))
    if rng.random() < 0.5:
        mosaic.ranking(256)  # then the order is not looked for again
    assert same(mosaic.take(rows), Field(whole.scores[rows]), 256)
    by = rng.choice([1.0, 0.7, 3.0], size=len(whole.scores))
    assert same(mosaic.divide(by), Field(whole.scores / by[:, None]), 256)


@pytest.mark.parametrize("vocab", [1, 1000, IN_CACHE, IN_CACHE + 1])
def test_sums_are_those_of_each_row_by_itself_however_many_go_at_a_time(vocab: int) -> None:
    scores = np.random.default_rng(vocab).standard_normal((9, vocab)) * 3
    sums = Field(scores).sums
    alone = [Field(scores[row : row + 1]).sums for row in range(9)]
    assert sums.total.tolist() == [float(one.total[0]) for one in alone]
    assert sums.terms.tolist() == [float(one.terms[0]) for one in alone]
    p = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    assert sums.entropy == pytest.approx(-(p * np.log(p)).sum(-1), abs=1e-12)
    assert scores.max(-1) + np.log(sums.total) == pytest.approx(np.log(np.exp(scores).sum(-1)), rel=1e-12, abs=1e-12)
