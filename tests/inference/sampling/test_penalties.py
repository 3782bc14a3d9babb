"""Repetition, presence and frequency penalties: against transformers, the published formula, and small tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from transformers import RepetitionPenaltyLogitsProcessor

from inference.spec import SamplingParams
from tests.inference.sampling.build import after, probabilities, random_logits, seeds, states, traced


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_repetition_gives_the_scores_of_transformers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = random_logits(rng, int(rng.choice([2, 40, 2500])))
    prompt, output = rng.integers(len(logits), size=7).tolist(), rng.integers(len(logits), size=9).tolist()
    r = float(rng.uniform(0.1, 10))
    ours = after(logits[None], states([SamplingParams(repetition_penalty=r)], len(logits), prompt=prompt, output=output))
    theirs = RepetitionPenaltyLogitsProcessor(r)(torch.tensor([prompt + output]), torch.from_numpy(logits[None]))
    assert ours == pytest.approx(theirs.numpy(), rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_presence_and_frequency_see_the_output_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = random_logits(rng, 50)
    prompt, output = rng.integers(50, size=7).tolist(), rng.integers(50, size=30).tolist()
    params = SamplingParams(presence_penalty=float(rng.uniform(-2, 2)), frequency_penalty=float(rng.uniform(-2, 2)))
    expected = logits.copy()
    for token, count in Counter(output).items():
        expected[token] -= params.presence_penalty + params.frequency_penalty * count
    ours = after(logits[None], states([params], 50, prompt=prompt, output=output))
    assert ours[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("penalties", "output", "expected"),
    [
        ({"repetition_penalty": 10.0}, [0], [0.2**10, 0.2, 0.2, 0.2, 0.2]),
        ({"repetition_penalty": 10.0}, [0, 1, 2, 0, 0], [0.2**10, 0.2**10, 0.2**10, 0.2, 0.2]),
        ({"presence_penalty": 2.0}, [0, 1, 0], [np.exp(-2), np.exp(-2), 1, 1, 1]),
        ({"frequency_penalty": 2.0}, [0, 1, 0], [np.exp(-4), np.exp(-2), 1, 1, 1]),
        ({"presence_penalty": -1.0, "frequency_penalty": 0.5}, [3, 3], [1, 1, 1, 1, 1]),
        ({"presence_penalty": 2.0, "frequency_penalty": 2.0}, [], [1, 1, 1, 1, 1]),
    ],
)
def test_probabilities_in_probabilities_out(penalties: dict[str, Any], output: list[int], expected: list[float]) -> None:
    scores = after(np.log(np.full((1, 5), 0.2)), states([SamplingParams(**penalties)], 5, output=output))
    assert probabilities(scores[0]) == pytest.approx(np.array(expected) / np.sum(expected), abs=1e-12)


def test_each_row_is_penalised_for_its_own_tokens() -> None:
    rows = states([SamplingParams(presence_penalty=1.0), SamplingParams(), SamplingParams(presence_penalty=-2.0)], 4)
    for row, token in zip(rows, (0, 1, 2), strict=True):
        row.observe(token)
    assert (after(np.zeros((3, 4)), rows) == [[-1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 2, 0]]).all()


def test_a_long_history_counts_every_token() -> None:
    output = np.random.default_rng(0).integers(300, size=5000).tolist()
    scores = after(np.zeros((1, 300)), states([SamplingParams(frequency_penalty=0.01)], 300, output=output))
    assert scores[0] == pytest.approx(-0.01 * np.bincount(output, minlength=300))


def test_the_trace_says_how_many_tokens_were_touched() -> None:
    params = SamplingParams(repetition_penalty=1.2, frequency_penalty=0.5)
    trace = traced(np.zeros(10), params, prompt=[1, 2], output=[2, 3, 3])
    assert [stage.numbers for stage in trace.stages[1:]] == [{"repetition_penalty": 1.2, "tokens": 3}, {"frequency_penalty": 0.5, "tokens": 2}]
