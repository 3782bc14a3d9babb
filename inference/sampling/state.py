"""What stages may know of the runs they serve: parameters, what has been said so far, which tokens would end it.

Knows nothing of scores. A ``RowState`` changes only through ``observe``.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.dice import Rolls
from inference.sampling.guide import Guide
from inference.sampling.history import NO_IDS, Breaks, Occurred, Occurrences, Recent, Tally, Tokens
from inference.sampling.lazy import lazy
from inference.spec import SamplingParams, StageName

Scope = tuple[bool, int]  # whether the prompt counts; how many of the last tokens do, -1 for all


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
        bad_words: Sequence[Sequence[int]] = (),
        breaks: Breaks | None = None,
    ) -> None:
        self.params = params
        self.guide = guide  # of the constraint, where there is one
        self._coin = coin  # for XTC
        self.active = active  # the stages of its order that are not at their neutral value
        self.vocab_size = vocab_size
        self.generated = 0  # tokens chosen so far
        self.negative: Floats | None = None  # (V,) the coming step's logits after the negative prompt, for guidance
        self.prompt_tokens = len(prompt_ids)
        self.tokens = Tokens(prompt_ids)  # and the output
        self.bad_words = [list(word) for word in bad_words]
        self.mu = 2.0 * params.mirostat_tau  # of mirostat: the most surprise, in bits, that it lets pass
        self._breaks = breaks  # of DRY
        self._tallies: dict[bool, Tally] = {}  # with the prompt, or without
        self.columns: dict[str, Floats] = {}  # what ``Rows`` has built for this row alone
        ending = {*params.stop_token_ids, *(() if params.ignore_eos else eos_token_ids)}
        self.ending_ids: Ints = np.array(sorted(token for token in ending if token < vocab_size), dtype=np.int64)

    def observe(self, token_id: int, logprob: float | None = None) -> None:
        """A token was chosen. Mirostat adjusts itself to ``logprob``, ln of its probability in the final distribution, where it is known."""
        self.tokens.add(token_id)
        for tally in self._tallies.values():
            tally.add(token_id)
        self.generated += 1
        if self._breaks is not None:
            self._breaks.add(token_id)
        if self.guide is not None:
            self.guide.advance(token_id)
        if logprob is not None:
            self.mu -= self.params.mirostat_eta * (-logprob / math.log(2) - self.params.mirostat_tau)

    def observe_all(self, token_ids: Sequence[int]) -> None:
        """Tokens were chosen, one after the other. Only where nothing follows them but counts."""
        assert self._breaks is None
        assert self.guide is None
        self.tokens.extend(token_ids)
        self.generated += len(token_ids)
        for tally in self._tallies.values():
            for token_id in token_ids:
                tally.add(token_id)

    def snapshot(self) -> RowState:
        """The run as it is now, but for its ``guide`` and what it counts in ``occurrences``: those go on."""
        state = copy.copy(self)
        state.tokens, state._breaks = copy.copy(self.tokens), copy.copy(self._breaks)
        return state

    def occurrences(self, with_prompt: bool, last: int) -> Occurrences:
        """What has been said, in the output or in the prompt too; of the ``last`` tokens, or of all where that is -1."""
        first = 0 if with_prompt else self.prompt_tokens
        if last >= 0:
            return Recent(self.tokens, first, last)
        if with_prompt not in self._tallies:
            self._tallies[with_prompt] = Tally(self.vocab_size, self.tokens.ids[first:].tolist())
        return self._tallies[with_prompt]

    @property
    def breaks(self) -> Breaks:
        """Where the text held a sequence breaker of DRY, which must be active."""
        assert self._breaks is not None
        return self._breaks

    @property
    def toss(self) -> float:
        """The number in [0, 1) that decides whether XTC acts in the coming step."""
        return self._coin.at(self.generated)

    @lazy
    def allowed_ids(self) -> Ints:
        """(m,) the tokens that ``allowed_token_ids`` names."""
        return np.unique(np.array(self.params.allowed_token_ids, dtype=np.int64))

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
        self._on: dict[StageName, list[bool]] = {}

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

    def take(self, rows: Sequence[int]) -> Rows:
        """Those ``rows`` by themselves."""
        return Rows([self._states[row] for row in rows])

    def on(self, stage: StageName) -> list[bool]:
        """(B,) the rows that need ``stage``."""
        if stage not in self._on:
            self._on[stage] = [stage in state.active for state in self._states]
        return self._on[stage]

    @lazy
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

    def occurred(self, stage: StageName, scope: Callable[[SamplingParams], Scope]) -> Occurred:
        """What has been said in the rows that need ``stage``, as far as ``scope`` of their parameters says."""
        rows = enumerate(zip(self._states, self.on(stage), strict=True))
        found = [(row, state.occurrences(*scope(state.params))) for row, (state, on) in rows if on]
        ids = [one.ids for _, one in found]
        at = np.repeat([row for row, _ in found], [len(some) for some in ids])
        return Occurred(at, np.concatenate(ids), lambda: np.concatenate([one.counts for _, one in found]))
