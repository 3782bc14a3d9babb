"""The tokens of one tokenizer, to be looked up by what they are in a text. Torch-free; knows nothing of folders or models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer

from inference.pieces import Pieces


@dataclass(frozen=True, slots=True)
class Entry:
    """One token. ``piece`` may hold a part of a character."""

    id: int
    piece: bytes
    special: bool


class Vocabulary:
    """The bytes of every token, by id."""

    def __init__(self, pieces: dict[int, bytes], special: frozenset[int]) -> None:
        self._pieces, self._special = pieces, special
        self._texts = {token: folded(piece) for token, piece in pieces.items()}

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Vocabulary:
        pieces = Pieces(_AsTransformers(tokenizer))
        return cls({token: pieces(token) for token in sorted(tokenizer.get_vocab(with_added_tokens=True).values())}, pieces.special)

    def __len__(self) -> int:
        return len(self._pieces)

    def entry(self, token: int) -> Entry | None:
        """The token with that id."""
        return Entry(token, self._pieces[token], token in self._special) if token in self._pieces else None

    def find(self, text: str, most: int) -> tuple[list[Entry], int]:
        """The best ``most`` of the tokens that hold ``text``, and how many do.

        First those that are it, then those that begin with it, then the others; of equals the shorter, then the lower id. A space before a word is
        part of its token: " fox" is what begins with a space, "fox" comes with or without. Capitals count only among equals.
        """
        wanted = folded(text.encode("utf-8"))
        ranked = [(_rank(found, wanted), self._exactly(token, text), len(found), token) for token, found in self._texts.items() if wanted in found]
        entries = [entry for *_, token in sorted(ranked)[:most] if (entry := self.entry(token))]
        return entries, len(ranked)

    def _exactly(self, token: int, text: str) -> bool:
        """False, which sorts first, where the token is written just so."""
        return text.encode() not in self._pieces[token]


def folded(piece: bytes) -> bytes:
    """``piece`` as it is compared: lower case where it is text, as it is where it holds a part of a character."""
    try:
        return piece.decode().casefold().encode()
    except UnicodeDecodeError:
        return piece


def _rank(found: bytes, wanted: bytes) -> int:
    """0 for the same, 1 where it begins so, both also behind a space; 2 where it is within."""
    bare = found.removeprefix(b" ")
    if wanted in (found, bare):
        return 0
    return 1 if found.startswith(wanted) or bare.startswith(wanted) else 2


class _AsTransformers:
    """A tokenizer of ``tokenizers`` as ``Pieces`` reads one of transformers, which would bring torch with it."""

    is_fast = True

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.backend_tokenizer = tokenizer

    @property
    def added_tokens_decoder(self) -> dict[int, Any]:
        added: dict[int, Any] = self.backend_tokenizer.get_added_tokens_decoder()
        return added

    def convert_ids_to_tokens(self, token: int) -> str | None:
        found: str | None = self.backend_tokenizer.id_to_token(token)
        return found
