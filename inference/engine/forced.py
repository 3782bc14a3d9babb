"""A given text through the model, beside the runs being decoded: teacher forcing. Knows nothing of what its logits are for."""

from __future__ import annotations

import queue
from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

import torch

from inference.engine.batch import Chunk
from inference.engine.errors import RunError
from inference.engine.job import Fed, Job, Part

T = TypeVar("T")


class Forced(Job, Generic[T]):
    """Feeds ``ids`` chunk by chunk in the batch and reads the logits of the positions from ``first`` on; ``result`` blocks until it is done."""

    def __init__(self, ids: Sequence[int], first: int) -> None:
        super().__init__([Part(ids)], len(ids))
        self._part, self._first = self.parts[0], first
        self._result: queue.SimpleQueue[tuple[T] | RunError] = queue.SimpleQueue()

    @property
    def cancelled(self) -> bool:
        return False

    @property
    def decoding(self) -> bool:
        """Never: even its last token is no step of a run."""
        return False

    def chunks(self, budget: int) -> list[Chunk]:
        start, end = self._part.past, min(len(self._part.ids), self._part.past + budget)
        return [Chunk(self._part.slot, self._part.ids[start:end], start, max(0, end - max(start, self._first)))]

    def use(self, fed: Sequence[Fed], logits: torch.Tensor, forward_ms: float) -> None:
        for one in fed:
            if one.chunk.rows:
                self.take(one.rows(logits))
        if not self._part.pending:
            self.over = True
            self._result.put((self.finish(),))

    @abstractmethod
    def take(self, logits: torch.Tensor) -> None:
        """``logits`` (n, V) of the next n positions. They are the engine's own: keep copies."""

    @abstractmethod
    def finish(self) -> T:
        """The result, after the last position. Raises ``RunError`` where there is none."""

    def take_up(self) -> None:
        """Nothing to say: nobody follows it."""

    def preempt(self) -> None:
        """What it has read it does not read again."""
        self._first = max(self._first, self._part.past)
        super().preempt()

    def cancel(self) -> None:
        self.fail(RunError("cancelled", "The reading was cancelled."))

    def fail(self, error: RunError) -> None:
        self.over = True
        self._result.put(error)

    def result(self) -> T:
        """Raises ``RunError`` where the text could not be read."""
        result = self._result.get()
        if isinstance(result, RunError):
            raise result
        return result[0]
