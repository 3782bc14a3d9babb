"""Steps of one run whose tokens are known, as the rows of a batch. Knows nothing of scores.

What stages ask of a row is what the run knew before that step. Where they ask what had been said by then, all steps are answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.history import Occurred
from inference.sampling.sampler import Sampler
from inference.sampling.state import Rows, RowState, Scope
from inference.spec import SamplingParams, StageName


class Moments(Rows):
    """The steps at which the run of ``sampler``, which stands before the first, met ``tokens`` (B,). It has observed all but the last then."""

    def __init__(self, sampler: Sampler, tokens: Sequence[int], apart: bool) -> None:
        """``apart``: a stage asks for more than parameters and occurrences, so that each step needs a state of its own."""
        self.draws: Floats = sampler.rolls(len(tokens))
        super().__init__(list(_apart(sampler.state, tokens)) if apart else [sampler.state] * len(tokens))
        if not apart:
            sampler.state.observe_all(tokens[:-1])
        self._said = sampler.state.tokens.ids
        self._known: dict[Scope, Occurred] = {}

    def picked(self, rows: slice) -> Picked:
        return Picked(self, np.arange(rows.start, rows.stop))

    def occurred(self, stage: StageName, scope: Callable[[SamplingParams], Scope]) -> Occurred:
        """``stage`` is active: it is for all steps, or none."""
        asked = scope(self[0].params)
        if asked not in self._known:
            self._known[asked] = self._count(*asked)
        return self._known[asked]

    def _count(self, with_prompt: bool, last: int) -> Occurred:
        """Each step sees one token more than the one before and, of the ``last`` ones, no longer the one at their far end."""
        ends = len(self._said) + 1 - len(self) + np.arange(len(self))  # (B,) tokens said before each step
        first = 0 if with_prompt else self[0].prompt_tokens
        starts = np.maximum(first, ends - last) if last >= 0 else np.full_like(ends, first)
        low = int(starts[0])
        distinct, which = np.unique(self._said[low:], return_inverse=True)
        change = np.zeros((len(self), len(distinct)), dtype=np.int64)
        change[0] = np.bincount(which[: int(ends[0]) - low], minlength=len(distinct))
        change[np.arange(1, len(self)), which[ends[:-1] - low]] += 1
        gone = np.flatnonzero(np.diff(starts))
        change[gone + 1, which[starts[gone] - low]] -= 1
        counts: Ints = change.cumsum(0)
        rows, columns = (counts > 0).nonzero()
        found: Ints = counts[rows, columns]
        return Occurred(rows, distinct[columns], lambda: found)


def _apart(state: RowState, tokens: Sequence[int]) -> Iterator[RowState]:
    """What ``state`` is before each of ``tokens``; the last of them it does not observe."""
    for n in range(len(tokens)):
        if n:
            state.observe(tokens[n - 1])
        yield state.snapshot()


class Picked(Rows):
    """Some of the steps of ``moments``: ``rows`` (n,), in order."""

    def __init__(self, moments: Moments, rows: Ints) -> None:
        super().__init__([moments[row] for row in rows.tolist()])
        self._moments, self._rows = moments, rows
        self.draws: Floats = moments.draws[rows]

    def column(self, name: str, of: Callable[[SamplingParams], float]) -> Floats:
        """One run has one set of parameters."""
        if name not in self._columns:
            self._columns[name] = np.full(len(self), of(self[0].params), dtype=np.float64)
        return self._columns[name]

    def picked(self, rows: Ints) -> Picked:
        """Some of these."""
        return Picked(self._moments, self._rows[rows])

    def occurred(self, stage: StageName, scope: Callable[[SamplingParams], Scope]) -> Occurred:
        of_all, rows = self._moments.occurred(stage, scope), self._rows
        first, last = np.searchsorted(of_all.rows, [rows[0], rows[-1] + 1])
        near = of_all.rows[first:last]
        if len(rows) == rows[-1] + 1 - rows[0]:
            return Occurred(near - rows[0], of_all.ids[first:last], lambda: of_all.counts()[first:last])
        at = np.searchsorted(rows, near)
        here = rows[at] == near
        return Occurred(at[here], of_all.ids[first:last][here], lambda: of_all.counts()[first:last][here])
