"""What it costs to watch: a run's last steps taken again, with and without what a viewer sees. Measured; knows nothing of estimates.

The steps go through the batch like those of any run, the kinds of attention taking turns step by step, and both ways through the
pipeline at each; so whatever else the machine does meanwhile falls on all of them alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from inference.engine.batch import Chunk, Heads
from inference.engine.errors import RunError
from inference.engine.forced import Forced
from inference.engine.job import Fed
from inference.engine.meters import now
from inference.events import Block
from inference.questions import WatchingCost
from inference.sampling.sampler import BadLogits, Choice, Sampler, choose
from inference.spec import Watch

KINDS: tuple[Heads | None, ...] = (None, Heads(True, False, ()), Heads(True, True, ()))  # nobody watches, the means, means and every head


class Replayed(Forced[WatchingCost]):
    """Takes the last ``steps`` of ``ids`` again. ``sampler`` stands before the first of them; ``kinds`` divide ``steps``."""

    def __init__(self, ids: Sequence[int], steps: int, sampler: Sampler, kinds: Sequence[Heads | None], top_n: int) -> None:
        super().__init__(ids, 0)
        self._coming = list(reversed(ids[len(ids) - steps :]))
        del self._part.ids[len(ids) - steps :]
        self._sampler, self._kinds, self._top_n = sampler, kinds, top_n
        self._forward: list[float] = []  # by step
        self._sample: list[list[float]] = []  # by step: without and with a trace

    @property
    def decoding(self) -> bool:
        """As a run does, once the text before its last steps has been read."""
        return self._part.past > 0 and self._part.pending == 1

    def chunks(self, budget: int) -> list[Chunk]:
        part = self._part
        if part.pending > 1:
            return [Chunk(part.slot, part.ids[part.past : min(len(part.ids) - 1, part.past + budget)], part.past, 0)]
        return [Chunk(part.slot, part.ids[part.past :], part.past, 1, self._kinds[len(self._forward) % len(self._kinds)])]

    def use(self, fed: Sequence[Fed], logits: torch.Tensor, forward_ms: float) -> None:
        for one in fed:
            if one.chunk.rows:
                self._forward.append(forward_ms)
                self.take(one.rows(logits))
        if not self._coming:
            self.over = True
            self._result.put((self.finish(),))

    def take(self, logits: torch.Tensor) -> None:
        """Choose from ``logits`` (1, V) both ways, then go on with the run's own token."""
        ways = [(0, Watch(top_n=0)), (1, Watch(top_n=self._top_n))]
        took = [0.0, 0.0]
        for way, watch in ways if len(self._sample) % 2 else reversed(ways):
            before = now()
            (outcome,) = choose(logits, [self._sampler], [watch])
            took[way] = (now() - before) * 1e3
        self._sample.append(took)
        self._go_on(outcome)

    def _go_on(self, outcome: Choice | BadLogits) -> None:
        if isinstance(outcome, BadLogits):
            raise RunError("bad_logits", f"The model gave no usable logits: {outcome.reason}.")
        token = self._coming.pop()
        self._sampler.observe(token, outcome.logprob)
        self._part.ids.append(token)

    def finish(self) -> WatchingCost:
        forward = np.array(self._forward).reshape(-1, len(self._kinds))
        return WatchingCost(Block.of(forward, "f4"), Block.of(np.array(self._sample), "f4"), self._top_n, len(self._part.ids))
