"""Token ids to text, one token at a time, never with a broken character. Knows nothing of stop strings."""

from __future__ import annotations

import codecs
import copy
from collections.abc import Sequence
from typing import Self

from inference.pieces import Pieces

_LONGEST_SPLIT = 4  # a character has at most four bytes, so it is split over at most four tokens with bytes


class Detokenizer:
    """The text that continues a prompt.

    Bytes that do not yet make up a whole character are held back until they do. Special tokens contribute nothing. The pieces
    pushed so far decode to the texts returned so far, as ``tokenizer.decode(..., skip_special_tokens=True)`` of prompt and output
    would give them. ``verbatim`` gives what the output spells by itself: it keeps the space that a tokenizer drops at the beginning of a
    text, and goes on with no character that the prompt has begun.
    """

    def __init__(self, pieces: Pieces, prompt_ids: Sequence[int], verbatim: bool = False) -> None:
        self._pieces = pieces
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        tail = [] if verbatim else _last_ordinary(pieces, prompt_ids)
        self._at_start = not tail and pieces.strips_first_space and not verbatim
        for token_id in tail:  # a prompt of token ids may end inside a character
            self._decoder.decode(pieces(token_id))

    def push(self, token_id: int) -> str:
        """The text that becomes final with ``token_id``; may be empty."""
        if token_id in self._pieces.special:
            return ""
        text = self._decoder.decode(self._pieces(token_id))
        if self._at_start and text:
            self._at_start = False
            return text.removeprefix(" ")
        return text

    def copy(self) -> Self:
        """One that goes on from here by itself."""
        other = copy.copy(self)
        other._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        other._decoder.setstate(self._decoder.getstate())
        return other


def _last_ordinary(pieces: Pieces, prompt_ids: Sequence[int]) -> list[int]:
    tail: list[int] = []
    for token_id in reversed(prompt_ids):
        if token_id not in pieces.special:
            tail.insert(0, token_id)
        if len(tail) == _LONGEST_SPLIT:
            break
    return tail
