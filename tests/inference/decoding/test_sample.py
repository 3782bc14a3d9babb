"""When a sequence ends, and which text it releases."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import pytest

from inference import SamplingParams
from inference.decoding.sample import Ending, SampledSequence
from inference.pieces import Pieces
from tests.inference.decoding.tokenizers import KINDS

TOKENIZER = cache(lambda: KINDS["byte-level BPE"]())


def sequence(prompt: int = 3, context: int = 100, **params: Any) -> SampledSequence:
    tokenizer = TOKENIZER()
    return SampledSequence(SamplingParams(**params), [0] * prompt, [tokenizer.eos_token_id], Pieces(tokenizer), context)


def letters(text: str) -> list[int]:
    """One token a byte: every border that there can be."""
    tokenizer = TOKENIZER()
    pieces = {Pieces(tokenizer)(token_id): token_id for token_id in reversed(range(len(tokenizer)))}
    return [pieces[bytes([byte])] for byte in text.encode()]


def run(one: SampledSequence, ids: list[int]) -> tuple[str, Ending | None, int]:
    """Text, ending, and how many tokens were taken."""
    text = ""
    for token_id in ids:
        released, ending = one.push(token_id)
        text += released
        if ending is not None:
            return text + one.flush(), ending, one.count
    return text + one.flush(), None, one.count


@pytest.mark.parametrize("stop", ["好的。", "👩‍👧", "END"])
def test_a_stop_string_is_found_over_byte_tokens(stop: str) -> None:
    assert run(sequence(stop=(stop,)), letters(f"ab{stop}cd")) == ("ab", Ending("stop", stop), 2 + len(stop.encode()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_string_is_found_in_the_tokens_of_every_kind_of_tokenizer(kind: str) -> None:
    tokenizer = KINDS[kind]()
    ids = tokenizer.encode("The quick brown fox jumps", add_special_tokens=False)
    whole = tokenizer.decode(ids)
    for start, end in itertools.combinations(range(1, len(whole) + 1), 2):
        one = SampledSequence(SamplingParams(stop=(whole[start:end],)), [], [], Pieces(tokenizer), 100)
        text, ending, _ = run(one, ids)
        assert ending == Ending("stop", whole[start:end])
        assert text == whole[: whole.index(whole[start:end])]


def test_the_end_token_ends_without_text() -> None:
    assert run(sequence(), [*letters("ab"), TOKENIZER().eos_token_id]) == ("ab", Ending("eos", str(TOKENIZER().eos_token_id)), 3)


def test_an_ignored_end_token_goes_on() -> None:
    assert run(sequence(ignore_eos=True), [TOKENIZER().eos_token_id, *letters("ab")]) == ("ab", None, 3)


def test_a_stop_token_ends_without_text() -> None:
    a, b = letters("ab")
    assert run(sequence(stop_token_ids=(b,)), [a, b]) == ("a", Ending("stop", str(b)), 2)


def test_min_tokens_come_before_whatever_ends_the_run() -> None:
    a, b = letters("ab")
    assert run(sequence(min_tokens=2, stop_token_ids=(b,)), [b, b, b]) == ("bb", Ending("stop", str(b)), 3)
    assert run(sequence(min_tokens=2, stop=("a",)), [a, a, a]) == ("aa", Ending("stop", "a"), 3)


def test_length_and_context_end_a_run() -> None:
    assert run(sequence(max_tokens=2), letters("abc"))[1:] == (Ending("length"), 2)
    assert run(sequence(prompt=98, context=100), letters("abc"))[1:] == (Ending("context"), 2)


def test_the_end_token_counts_before_the_length() -> None:
    assert run(sequence(max_tokens=1), [TOKENIZER().eos_token_id])[1] == Ending("eos", str(TOKENIZER().eos_token_id))


def test_held_text_is_released_when_the_length_ends_the_run() -> None:
    assert run(sequence(max_tokens=2, stop=("abc",)), letters("ab")) == ("ab", Ending("length"), 2)


def test_an_unfinished_character_is_not_shown_at_the_end() -> None:
    assert run(sequence(max_tokens=3), letters("a貓")[:3])[0] == "a"
