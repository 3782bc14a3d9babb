"""Guessing ahead what a model will say, so that it can check several tokens in one pass. Knows nothing of models or caches.

What is guessed never changes what is said: a guess counts only where it is the token that the model's own draw gives. The draw of a
step depends on seed and step alone, so that holds for sampling as it does for greedy decoding (Leviathan et al. 2023 accept by chance
instead, because their draws are not fixed beforehand).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Drafter(Protocol):
    """Guesses the tokens of one sequence."""

    def propose(self, ids: Sequence[int], count: int) -> list[int]:
        """At most ``count`` tokens that may follow ``ids``."""

    def close(self) -> None:
        """Nothing more will be asked."""


class PromptLookup:
    """What followed when the last tokens occurred before (``PromptLookupCandidateGenerator`` of transformers; Saxena 2023).

    The longest ending of at most ``longest`` tokens that occurred before counts, at its first place. A guess stops before a token of
    ``ends``.
    """

    def __init__(self, longest: int, ends: Sequence[int]) -> None:
        self._longest, self._ends = longest, frozenset(ends)

    def propose(self, ids: Sequence[int], count: int) -> list[int]:
        text = np.array(ids)
        for size in range(min(self._longest, len(text) - 1), 0, -1):
            start = _first_match(text, size)
            if start is not None:
                return self._until_end(text[start : start + count].tolist())
        return []

    def _until_end(self, tokens: list[int]) -> list[int]:
        end = next((n for n, token in enumerate(tokens) if token in self._ends), len(tokens))
        return tokens[:end]

    def close(self) -> None:
        """It holds nothing."""


def _first_match(text: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> int | None:
    """Where the text goes on after the first place, other than its end, that reads as its last ``size`` tokens."""
    windows = np.lib.stride_tricks.sliding_window_view(text[:-1], size)
    places = np.flatnonzero((windows == text[-size:]).all(axis=1))
    return int(places[0]) + size if len(places) else None
