"""Streamed text equals the decoded whole, and never shows a broken character."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from inference.decoding.detokenize import Detokenizer
from inference.pieces import Pieces
from tests.inference.decoding.tokenizers import KINDS, SAMPLES

tokenizer_of = cache(lambda kind: KINDS[kind]())
BYTES = ("byte-level BPE", "SentencePiece BPE")  # the kinds that know every character, if need be as bytes


def stream(tokenizer: Any, prompt: list[int], ids: list[int]) -> list[str]:
    detokenizer = Detokenizer(Pieces(tokenizer), prompt)
    return [detokenizer.push(token_id) for token_id in ids]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_streamed_text_equals_the_decoded_whole(kind: str, sample: str) -> None:
    tokenizer = tokenizer_of(kind)
    ids = tokenizer.encode(sample, add_special_tokens=False)
    texts = stream(tokenizer, [], ids)
    assert "".join(texts) == tokenizer.decode(ids, skip_special_tokens=True)
    assert "�" not in "".join(texts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_streamed_text_continues_any_prompt(kind: str, sample: str) -> None:
    """Also where the border between prompt and output falls inside a character."""
    tokenizer = tokenizer_of(kind)
    ids = tokenizer.encode(sample, add_special_tokens=False)
    whole = tokenizer.decode(ids, skip_special_tokens=True)
    for border in range(1, len(ids)):
        before = "".join(stream(tokenizer, [], ids[:border]))
        assert before + "".join(stream(tokenizer, ids[:border], ids[border:])) == whole


@pytest.mark.parametrize("kind", BYTES)
def test_these_tokenizers_split_characters_so_that_the_tests_mean_something(kind: str) -> None:
    tokenizer = tokenizer_of(kind)
    pieces = [Pieces(tokenizer)(token_id) for token_id in tokenizer.encode("龜👩‍👧‍👦", add_special_tokens=False)]
    assert any(piece.decode(errors="replace").count("�") for piece in pieces)


@pytest.mark.parametrize("kind", BYTES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_pieces_of_a_text_are_its_bytes(kind: str, sample: str) -> None:
    tokenizer = tokenizer_of(kind)
    pieces = Pieces(tokenizer)
    joined = b"".join(pieces(token_id) for token_id in tokenizer.encode(sample, add_special_tokens=False)).decode()
    assert joined == sample or joined == " " + sample  # SentencePiece puts a space before a text


@pytest.mark.parametrize("kind", KINDS)
def test_special_tokens_have_a_piece_and_no_text(kind: str) -> None:
    tokenizer = tokenizer_of(kind)
    assert Pieces(tokenizer)(tokenizer.eos_token_id) == b"<|end|>"
    ids = tokenizer.encode("The dog", add_special_tokens=False)
    assert "".join(stream(tokenizer, [tokenizer.eos_token_id], [*ids, tokenizer.eos_token_id])) == tokenizer.decode(ids)


def test_byte_fallback_tokens_are_single_bytes() -> None:
    tokenizer = tokenizer_of("SentencePiece BPE")
    assert Pieces(tokenizer)(tokenizer.convert_tokens_to_ids("<0xE4>")) == b"\xe4"


def test_an_id_beyond_the_tokenizer_has_no_piece() -> None:
    tokenizer = tokenizer_of("byte-level BPE")
    assert Pieces(tokenizer)(len(tokenizer) + 5) == b""


def test_bytes_that_never_become_a_character_are_replaced_once_that_is_certain() -> None:
    tokenizer = tokenizer_of("SentencePiece BPE")
    ids = [tokenizer.convert_tokens_to_ids(f"<0x{byte:02X}>") for byte in (0xE4, 0x41)]
    assert stream(tokenizer, ids[1:], ids) == ["", "�A"]
