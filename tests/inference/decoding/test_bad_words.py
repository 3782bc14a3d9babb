"""Banned words as token sequences, against the loop of vLLM's ``SamplingParams.update_from_tokenizer``."""

from __future__ import annotations

from typing import Any

import pytest

from inference.decoding.bad_words import banned_sequences
from tests.inference.decoding.tokenizers import byte_level, sentencepiece_bpe, unigram

WORDS = ["fox", " fox", "the lazy", "法國", "🎉", "jumps over", "zzz", "d"]


def as_vllm(words: list[str], tokenizer: Any) -> list[list[int]]:
    found: list[list[int]] = []
    for word in words:
        for prefix in ("", " "):
            ids = tokenizer.encode(prefix + word.lstrip(), add_special_tokens=False)
            if not prefix or (ids[0] != found[-1][0] and len(ids) == len(found[-1])):
                found.append(ids)
    return found


@pytest.mark.parametrize("build", [byte_level, sentencepiece_bpe, unigram])
def test_words_become_the_sequences_of_vllm(build: Any) -> None:
    tokenizer = build()
    assert banned_sequences(WORDS, lambda text: list(tokenizer.encode(text, add_special_tokens=False))) == as_vllm(WORDS, tokenizer)


def test_a_word_of_nothing_but_space_is_itself() -> None:
    assert banned_sequences([" \n"], lambda text: [ord(letter) for letter in text]) == [[32, 10]]
