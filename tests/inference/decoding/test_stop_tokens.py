"""Stop strings are found whatever tokens spell them: every way in which a vocabulary can."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from inference.decoding.sample import Ending, SampledSequence
from inference.pieces import Pieces
from inference.spec import SamplingParams
from tests.inference.decoding.tokenizers import KINDS

SPELLING = ["byte-level BPE", "SentencePiece BPE"]  # vocabularies with every byte
STOPS = ["dog", "the ", "\n\n", "aab", "巴黎", "。從", "🎉", "👍🏽", "é n", "<|x|>"]


@cache
def pieces(kind: str) -> Pieces:
    return Pieces(KINDS[kind]())


@cache
def tokens_by_piece(kind: str) -> dict[bytes, list[int]]:
    """All tokens that spell the same bytes."""
    found: dict[bytes, list[int]] = {}
    for token in range(len(pieces(kind)._tokenizer)):
        if token not in pieces(kind).special:
            found.setdefault(pieces(kind)(token), []).append(token)
    found.pop(b"", None)
    return found


def spellings(kind: str, text: bytes) -> Iterator[list[int]]:
    """Every sequence of tokens that spells ``text``."""
    if not text:
        yield []
    for end in range(1, len(text) + 1):
        for token in tokens_by_piece(kind).get(text[:end], ()):
            for rest in spellings(kind, text[end:]):
                yield [token, *rest]


def said(kind: str, tokens: list[int], stops: tuple[str, ...], min_tokens: int = 0) -> tuple[str, Ending | None, int]:
    """The text, how it ended, and after how many tokens."""
    params = SamplingParams(stop=stops, min_tokens=min_tokens, max_tokens=500)
    prompt = [tokens_by_piece(kind)[b"a"][0]]
    sequence, text = SampledSequence(params, prompt, [], pieces(kind), 1000), ""
    for token in tokens:
        released, ending = sequence.push(token)
        text += released
        if ending is not None:
            return text, ending, sequence.count
    return text + sequence.flush(), None, sequence.count


@pytest.mark.parametrize("kind", SPELLING)
@pytest.mark.parametrize("stop", STOPS)
def test_every_spelling_of_a_text_stops_at_the_same_place(kind: str, stop: str) -> None:
    text = f"o{stop[:-1]}{stop}.n"
    ways = 0
    for tokens in spellings(kind, text.encode()):
        found, ending, count = said(kind, tokens, (stop,))
        assert ending == Ending("stop", stop)
        assert found == text[: text.index(stop)]
        assert _bytes(kind, tokens[: count - 1]) < len(text[: text.index(stop)] + stop) <= _bytes(kind, tokens[:count])
        ways += 1
    assert ways >= 1


def _bytes(kind: str, tokens: list[int]) -> int:
    """Whole characters that ``tokens`` spell."""
    return len(b"".join(pieces(kind)(token) for token in tokens).decode("utf-8", "ignore"))


@pytest.mark.parametrize("kind", SPELLING)
def test_there_are_many_spellings(kind: str) -> None:
    assert sum(1 for _ in spellings(kind, b"the lazy dog")) > 10


@pytest.mark.parametrize("kind", SPELLING)
@pytest.mark.parametrize("stop", STOPS)
def test_every_spelling_of_a_text_that_nearly_stops_comes_out_whole(kind: str, stop: str) -> None:
    text = f"o{stop[:-1]}" if len(stop) > 1 else "o."
    for tokens in spellings(kind, text.encode()):
        assert said(kind, tokens, (stop,)) == (text, None, len(tokens))


@pytest.mark.parametrize("kind", SPELLING)
def test_of_several_stop_strings_the_one_that_ends_first_wins_in_every_spelling(kind: str) -> None:
    text = "a lazy dog。從前"
    for tokens in spellings(kind, text.encode()):
        assert said(kind, tokens, ("lazy dog。", "zy d", "dog", "從"))[:2] == ("a la", Ending("stop", "zy d"))


@pytest.mark.parametrize("kind", SPELLING)
def test_every_spelling_goes_past_a_stop_string_that_comes_too_early(kind: str) -> None:
    text = "dog dog"
    for tokens in spellings(kind, text.encode()):
        found, ending, count = said(kind, tokens, ("dog",), min_tokens=len(tokens) - 1)
        assert (ending, found) == (Ending("stop", "dog"), "dog ")
        assert count == len(tokens)
