"""Bans: against transformers' classes and vLLM's loop, at the ends of a text, and where they would leave nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from transformers import NoBadWordsLogitsProcessor, NoRepeatNGramLogitsProcessor

from inference.sampling.arrays import Floats
from inference.sampling.pipeline import walk
from inference.sampling.registry import STAGES
from inference.sampling.scores import Dense
from inference.sampling.state import Rows
from inference.spec import SamplingParams
from tests.inference.sampling.build import one, random_logits, sampler, seeds, traced

WORDS = ["\x03", "\x01\x02", "\x00\x00\x01", "\x02\x01\x02\x01"]  # ids 0 to 3, as letters


def after(logits: Floats, params: SamplingParams, **said: Any) -> Floats:
    row = sampler(params, len(logits), **said)
    *_, (_, last) = walk(Dense.start(logits[None], len(logits)), Rows([row.state]), [STAGES[name] for name in params.order])
    scores: Floats = last.spread.field.scores[0]
    return scores


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_no_ngram_of_transformers_is_repeated(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, vocab = int(rng.integers(1, 6)), int(rng.choice([2, 3, 20]))
    prompt, output = rng.integers(vocab, size=int(rng.integers(1, 30))).tolist(), rng.integers(vocab, size=int(rng.integers(30))).tolist()
    logits = rng.standard_normal(vocab)
    theirs = NoRepeatNGramLogitsProcessor(n)(torch.tensor([prompt + output]), torch.from_numpy(logits[None]))[0].numpy()
    ours = after(logits, SamplingParams(no_repeat_ngram_size=n), prompt=prompt, output=output)
    assert np.array_equal(ours, theirs if np.isfinite(theirs).any() else logits)


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_words_banned_by_transformers_are_banned(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prompt, output = rng.integers(4, size=int(rng.integers(1, 6))).tolist(), rng.integers(4, size=int(rng.integers(6))).tolist()
    logits = random_logits(rng, 4)
    words = [[ord(letter) for letter in word] for word in WORDS]
    theirs = NoBadWordsLogitsProcessor(words)(torch.tensor([prompt + output]), torch.from_numpy(logits[None]))[0].numpy()
    ours = after(logits, SamplingParams(bad_words=tuple(WORDS)), prompt=prompt, output=output)
    assert np.array_equal(ours, theirs if np.isfinite(theirs).any() else logits)


def plain_bad_words(logits: Floats, words: list[list[int]], past: list[int]) -> Floats:
    """vLLM's ``_apply_bad_words_single_batch``."""
    scores = logits.copy()
    for word in words:
        prefix = len(word) - 1
        if len(word) <= len(past) + 1 and (past[-prefix:] if prefix else []) == word[:prefix]:
            scores[word[-1]] = -np.inf
    return scores


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_in_its_dialect_words_are_banned_as_by_vllm_which_looks_at_the_output_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    output, logits = rng.integers(4, size=int(rng.integers(8))).tolist(), rng.standard_normal(4)
    theirs = plain_bad_words(logits, [[ord(letter) for letter in word] for word in WORDS], output)
    ours = after(logits, SamplingParams(bad_words=tuple(WORDS), dialect="vllm"), prompt=[0, 0, 1, 2], output=output)
    assert np.array_equal(ours, theirs if np.isfinite(theirs).any() else logits)


def test_only_allowed_tokens_are_chosen() -> None:
    logits = np.random.default_rng(0).standard_normal(3000)
    params = SamplingParams(allowed_token_ids=(5, 2999, 5, 17), min_keep=9)
    assert {one(logits, params, seed=seed).token_id for seed in range(60)} == {5, 17, 2999}


@pytest.mark.parametrize("params", [{"allowed_token_ids": (1,)}, {"bad_words": ("\x00", "\x02")}, {"no_repeat_ngram_size": 1}])
def test_a_ban_that_would_leave_nothing_leaves_the_row_as_it_was(params: dict[str, Any]) -> None:
    logits = np.array([1.0, -np.inf, 0.0])
    assert after(logits, SamplingParams.model_validate(params), prompt=[0, 2]).tolist() == logits.tolist()


def test_neighbours_without_bans_keep_their_tokens() -> None:
    rows = Rows([sampler(params, 3).state for params in (SamplingParams(allowed_token_ids=(2,)), SamplingParams(), SamplingParams(bad_words=("\x00",)))])
    *_, (_, last) = walk(Dense.start(np.zeros((3, 3)), 3), rows, list(STAGES.values()))
    assert (last.spread.field.scores > -np.inf).tolist() == [[False, False, True], [True, True, True], [False, True, True]]


def test_the_trace_says_what_was_banned() -> None:
    logits = np.log(np.array([0.5, 0.25, 0.25]))
    trace = traced(logits, SamplingParams(no_repeat_ngram_size=2), prompt=[1, 0, 1], output=[])
    assert trace.stages[1].numbers == {"no_repeat_ngram_size": 2, "tokens": 1}
    assert trace.stages[1].removed_mass == pytest.approx(0.5)
    assert trace.removed_at.array()[trace.token_ids.index(0)] == 1
    assert traced(logits, SamplingParams(allowed_token_ids=(1, 2))).stages[1].numbers == {"tokens": 2}
    assert traced(logits, SamplingParams(bad_words=("\x00", "\x02\x01"))).stages[1].numbers == {"words": 2, "tokens": 1}
