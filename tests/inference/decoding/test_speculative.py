"""Prompt lookup guesses what transformers' own generator guesses."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.generation.candidate_generator import PromptLookupCandidateGenerator

from inference.decoding.speculative import PromptLookup


@given(
    ids=st.lists(st.integers(0, 3), min_size=2, max_size=24),
    longest=st.integers(1, 5),
    count=st.integers(1, 6),
    ends=st.sets(st.integers(0, 3), max_size=1),
)
def test_the_guess_is_that_of_transformers(ids: list[int], longest: int, count: int, ends: set[int]) -> None:
    reference = PromptLookupCandidateGenerator(
        eos_token_id=torch.tensor(sorted(ends)) if ends else None, num_output_tokens=count, max_matching_ngram_size=longest, max_length=10_000
    )
    found, _ = reference.get_candidates(torch.tensor([ids]))
    assert PromptLookup(longest, sorted(ends)).propose(ids, count) == found[0, len(ids) :].tolist()


def test_one_token_alone_has_nothing_to_look_up() -> None:
    assert PromptLookup(2, ()).propose([5], 4) == []
