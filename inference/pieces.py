"""What each vocabulary entry contributes to the text, as bytes. Knows nothing of runs or of models.

A token is part of a text only through its bytes: in byte-level vocabularies and with byte fallback it may hold a part of a
character. Covers the decoders of the ``tokenizers`` library (ByteLevel, Metaspace and SentencePiece-like sequences with byte
fallback, WordPiece, BPE with a word suffix) and SentencePiece tokenizers without a fast version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_SENTINEL = "x"
_BYTE_FALLBACK = re.compile(r"<0x([0-9A-Fa-f]{2})>\Z")


def _byte_alphabet() -> dict[str, int]:
    """The printable character that stands for each byte in byte-level vocabularies (GPT-2, ``encoder.py``)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(hidden)}


_BYTE_OF_CHARACTER = _byte_alphabet()


class Remembered(dict[int, bytes]):
    """``of`` each token for which it has been asked."""

    def __init__(self, of: Callable[[int], bytes]) -> None:
        self._of = of

    def __missing__(self, token_id: int) -> bytes:
        piece = self[token_id] = self._of(token_id)
        return piece


class Pieces:
    """The bytes of every token of one tokenizer (a ``transformers`` tokenizer); computed on first use, then remembered."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._decoder = _decoder(tokenizer)
        added = tokenizer.added_tokens_decoder
        self._added: dict[int, str] = {token_id: token.content for token_id, token in added.items()}
        self.special = frozenset(token_id for token_id, token in added.items() if token.special)
        self.strips_first_space = self._decoder is not _byte_level
        """Whether a text that begins with a token drops the space which that token carries."""
        self.of: Callable[[int], bytes] = Remembered(self._bytes).__getitem__
        """The same as calling it, at the speed of a look-up."""

    def __call__(self, token_id: int) -> bytes:
        """The bytes of ``token_id``; empty for an id that the tokenizer does not have (padded vocabularies)."""
        return self.of(token_id)

    def _bytes(self, token_id: int) -> bytes:
        if token_id in self.special:
            return self._added[token_id].encode()
        token = self._tokenizer.convert_ids_to_tokens(token_id)
        return b"" if token is None else self._decoder(str(token))


def _decoder(tokenizer: Any) -> Callable[[str], bytes]:
    if not getattr(tokenizer, "is_fast", False):
        return _with_byte_fallback(lambda token: token.replace("▁", " "))
    decoder = tokenizer.backend_tokenizer.decoder
    kinds = _kinds(json.loads(tokenizer.backend_tokenizer.to_str())["decoder"])
    if "ByteLevel" in kinds:
        return _byte_level
    if decoder is None:
        return lambda token: f" {token}".encode()
    if "BPEDecoder" in kinds:
        return lambda token: decoder.decode([token, _SENTINEL])[: -len(_SENTINEL)].encode()
    return _with_byte_fallback(lambda token: decoder.decode([_SENTINEL, token])[len(_SENTINEL) :])


def _kinds(state: dict[str, Any] | None) -> set[str]:
    """The types of a decoder and of those that it chains."""
    if state is None:
        return set()
    return {state["type"]}.union(*(_kinds(inner) for inner in state.get("decoders", [])))


def _byte_level(token: str) -> bytes:
    """As in ``tokenizers``: a token with a character outside the byte alphabet (an added one) stands for itself."""
    try:
        return bytes([_BYTE_OF_CHARACTER[character] for character in token])
    except KeyError:
        return token.encode()


def _with_byte_fallback(text_of: Callable[[str], str]) -> Callable[[str], bytes]:
    def decode(token: str) -> bytes:
        match = _BYTE_FALLBACK.match(token)
        return bytes([int(match[1], 16)]) if match else text_of(token).encode()

    return decode
