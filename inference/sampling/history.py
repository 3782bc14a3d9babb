"""What has been said so far, as stages look at it: the tokens in order, which of them occurred and how often, where a phrase recurs.

Everything here is a function of prompt and output. Knows nothing of scores or parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from inference.sampling.arrays import Ints

NO_IDS: Ints = np.empty(0, dtype=np.int64)


class Tokens:
    """A growing sequence of token ids as an array."""

    def __init__(self, ids: Sequence[int] = ()) -> None:
        self._buffer: Ints = np.array(ids, dtype=np.int64)
        self._size = len(self._buffer)

    def add(self, token_id: int) -> None:
        if self._size == len(self._buffer):
            self._grow(1)
        self._buffer[self._size] = token_id
        self._size += 1

    def extend(self, token_ids: Sequence[int]) -> None:
        if self._size + len(token_ids) > len(self._buffer):
            self._grow(len(token_ids))
        self._buffer[self._size : self._size + len(token_ids)] = token_ids
        self._size += len(token_ids)

    def _grow(self, by: int) -> None:
        self._buffer = np.concatenate([self.ids, np.empty(max(64, self._size, by), dtype=np.int64)])

    @property
    def ids(self) -> Ints:
        """(n,) in order."""
        return self._buffer[: self._size]


class Occurrences(Protocol):
    """Some of the tokens, each once."""

    @property
    def ids(self) -> Ints:
        """(m,) distinct ids."""

    @property
    def counts(self) -> Ints:
        """(m,) how often each of them occurs."""


class Occurred(NamedTuple):
    """Tokens that have occurred in the rows of a batch, M in all."""

    rows: Ints  # (M,)
    ids: Ints  # (M,) distinct within a row
    counts: Callable[[], Ints]  # (M,) how often; counted for those who ask only


class Tally:
    """Counts what it is told."""

    def __init__(self, vocab_size: int, ids: Iterable[int] = ()) -> None:
        self._counts: Ints = np.zeros(vocab_size, dtype=np.int64)
        self._tokens = Tokens()
        for token_id in ids:
            self.add(token_id)

    def add(self, token_id: int) -> None:
        if not self._counts[token_id]:
            self._tokens.add(token_id)
        self._counts[token_id] += 1

    @property
    def ids(self) -> Ints:
        """In the order in which they first came."""
        return self._tokens.ids

    @property
    def counts(self) -> Ints:
        counts: Ints = self._counts[self.ids]
        return counts


class Recent:
    """Counts the last ``size`` of ``tokens`` from number ``first`` on."""

    def __init__(self, tokens: Tokens, first: int, size: int) -> None:
        self._tokens, self._first, self._size = tokens, first, size

    @property
    def ids(self) -> Ints:
        return np.unique(self._window)

    @property
    def counts(self) -> Ints:
        counts: Ints = np.unique(self._window, return_counts=True)[1]
        return counts

    @property
    def _window(self) -> Ints:
        ids = self._tokens.ids
        return ids[max(self._first, len(ids) - self._size) :]


def recurrences(ids: Ints, most: int) -> Ints:
    """(n,) for each place of ``ids`` (n,), how many of the tokens before it are the last ones of all: ``most`` at most.

    ``ids[j]`` is then what followed the last ``result[j]`` tokens when they came before. One pass for every token of the longest match.
    """
    lengths: Ints = np.zeros(len(ids), dtype=np.int64)
    places = np.arange(1, len(ids))
    for length in range(1, min(most, len(ids) - 1) + 1):
        places = places[places >= length]
        places = places[ids[places - length] == ids[-length]]
        if not len(places):
            break
        lengths[places] = length
    return lengths


class Breaks:
    """How long ago the text last held one of ``breakers``, counted in tokens. However the text is cut into tokens, it is found."""

    def __init__(self, breakers: Sequence[str], pieces: Callable[[int], bytes], ids: Sequence[int]) -> None:
        self._breakers = [breaker.encode() for breaker in breakers]
        self._longest = max(map(len, self._breakers), default=1)
        self._pieces = pieces
        self._text = b""  # the end of it, in which a breaker may have begun
        self.since = 0  # tokens after the last breaker; all of them where there was none
        for token_id in ids:
            self.add(token_id)

    def add(self, token_id: int) -> None:
        before, piece = len(self._text), self._pieces(token_id)
        text = self._text + piece
        ends = (text.rfind(breaker) + len(breaker) for breaker in self._breakers if breaker in text)
        self.since = 0 if any(end > before for end in ends) else self.since + 1
        self._text = text[len(text) - self._longest + 1 :] if len(text) >= self._longest else text

    def within(self, token_id: int) -> bool:
        """Whether the token holds a breaker all by itself."""
        piece = self._pieces(token_id)
        return any(breaker in piece for breaker in self._breakers)
