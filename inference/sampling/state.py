"""What stages may know of the runs they serve: parameters, what has been said so far, which tokens would end it.

Knows nothing of scores. A ``RowState`` changes only through ``observe``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.dice import Rolls
from inference.sampling.guide import Guide
from inference.sampling.lazy import lazy
from inference.spec import SamplingParams, StageName


class TokenSet:
    """A growing set of token ids as an array, so that a stage can index with it."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._buffer: Ints = np.array(sorted(set(ids)), dtype=np.int64)
        self._size = len(self._buffer)
        self._known = set(self._buffer.tolist())

    def add(self, token_id: int) -> None:
        if token_id in self._known:
            return
        if self._size == len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.empty(max(64, self._size), dtype=np.int64)])
        self._buffer[self._size] = token_id
        self._size += 1
        self._known.add(token_id)

    @property
    def ids(self) -> Ints:
        """(m,) distinct ids in the order in which they came."""
        return self._buffer[: self._size]


class RowState:
    """One run as its stages see it."""

    def __init__(
        self,
        params: SamplingParams,
        active: frozenset[StageName],
        prompt_ids: Sequence[int],
        vocab_size: int,
        eos_token_ids: Sequence[int],
        coin: Rolls,
        guide: Guide | None = None,
    ) -> None:
        self.params = params
        self.guide = guide  # of the constraint, where there is one
        self._coin = coin  # for XTC
        self.active = active  # the stages of its order that are not at their neutral value
        self.vocab_size = vocab_size
        self.generated = 0  # tokens chosen so far
        self.seen = TokenSet(prompt_ids)  # in the prompt or the output
        self.output = TokenSet()
        self.columns: dict[str, Floats] = {}  # what ``Rows`` has built for this row alone
        self._counts = np.zeros(vocab_size, dtype=np.int64)  # of the output
        ending = {*params.stop_token_ids, *(() if params.ignore_eos else eos_token_ids)}
        self.ending_ids: Ints = np.array(sorted(token for token in ending if token < vocab_size), dtype=np.int64)

    def observe(self, token_id: int) -> None:
        self.seen.add(token_id)
        self.output.add(token_id)
        self._counts[token_id] += 1
        self.generated += 1
        if self.guide is not None:
            self.guide.advance(token_id)

    @property
    def toss(self) -> float:
        """The number in [0, 1) that decides whether XTC acts in the coming step."""
        return self._coin.at(self.generated)

    @property
    def output_counts(self) -> Ints:
        """(m,) how often the output holds each of ``output.ids``."""
        counts: Ints = self._counts[self.output.ids]
        return counts

    @lazy
    def bias_ids(self) -> Ints:
        """(m,) the tokens that ``logit_bias`` names."""
        return np.array(list(self.params.logit_bias), dtype=np.int64)


class Rows:
    """The runs of a batch, and their parameters as columns. Parameters never change, so each column is built once."""

    def __init__(self, states: Sequence[RowState]) -> None:
        self._states = tuple(states)
        alone = states[0] if len(states) == 1 else None  # then what was built in an earlier step will do
        self._columns: dict[str, Floats] = alone.columns if alone else {}

    def __len__(self) -> int:
        return len(self._states)

    def __iter__(self) -> Iterator[RowState]:
        return iter(self._states)

    def __getitem__(self, row: int) -> RowState:
        return self._states[row]

    @lazy
    def active(self) -> frozenset[StageName]:
        """The stages that at least one row needs."""
        if len(self._states) == 1:
            return self._states[0].active
        return frozenset().union(*(state.active for state in self._states))

    def on(self, stage: StageName) -> list[bool]:
        """(B,) the rows that need ``stage``."""
        return [stage in state.active for state in self._states]

    @property
    def at_least(self) -> list[int]:
        """(B,) ``min_keep``."""
        return [state.params.min_keep for state in self._states]

    def column(self, name: str, of: Callable[[SamplingParams], float]) -> Floats:
        """(B,) a number ``of`` the parameters of every row. It is built once, under its ``name``."""
        if name not in self._columns:
            self._columns[name] = np.array([of(state.params) for state in self._states], dtype=np.float64)
        return self._columns[name]

    def ids(self, stage: StageName, of: Callable[[RowState], Ints]) -> list[Ints]:
        """``of`` each row that needs ``stage``, nothing of the others."""
        return [of(state) if on else NO_IDS for state, on in zip(self._states, self.on(stage), strict=True)]


NO_IDS: Ints = np.empty(0, dtype=np.int64)
