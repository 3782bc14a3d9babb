"""What the scheduler works on: a sequence of tokens that goes through the model chunk by chunk. Knows nothing of other jobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from inference.engine.batch import Chunk, Heads
from inference.engine.errors import RunError


class Part(Protocol):
    """One sequence of a job: it holds one slot of the cache, of which the first ``past`` positions are filled."""

    slot: int
    past: int


class Job(ABC):
    """Tokens ``ids``, of which the first ``past`` are in the cache. ``most`` is the number of positions each of its slots may need.

    A job of one sequence is its own only part. One of several holds as many slots from its admission to its end.
    """

    def __init__(self, ids: list[int], most: int) -> None:
        self.ids, self.most = ids, most
        self.past = 0
        self.slot = -1
        self.due = 0.0  # monotonic seconds before which the next token is not wanted
        self.over = False
        self.owner: str | None = None  # who asks: owners take turns
        self.taken_up = False

    @property
    def parts(self) -> Sequence[Part]:
        """What holds a slot each; always as many."""
        return (self,)

    @property
    def slots_needed(self) -> int:
        return len(self.parts)

    @property
    def length(self) -> int:
        """Positions that each of its slots needs in the next step."""
        return len(self.ids)

    @property
    def decoding(self) -> bool:
        """Whether one token is left to feed, the one chosen last."""
        return self.past > 0 and self.past == len(self.ids) - 1

    @property
    @abstractmethod
    def cancelled(self) -> bool:
        """Whether nobody wants its result any more."""

    @property
    def heads(self) -> Heads | None:
        """Attention rows wanted of the next token."""
        return None

    @abstractmethod
    def rows(self, start: int, end: int) -> int:
        """How many of the last positions' logits are needed of a chunk from ``start`` to ``end``."""

    def chunks(self, budget: int) -> list[Chunk]:
        """What its parts feed in the next step: of prompts at most ``budget`` tokens altogether; one token each while it decodes."""
        return [self.chunk(budget)]

    def chunk(self, budget: int) -> Chunk:
        """The next tokens to feed, at most ``budget``."""
        end = min(len(self.ids), self.past + budget)
        last = end == len(self.ids)
        return Chunk(self.slot, self.ids[self.past : end], self.past, self.rows(self.past, end), self.heads if last else None)

    def fed(self, chunk: Chunk) -> None:
        """``chunk`` is in the cache now."""
        self.past = chunk.past + len(chunk.ids)

    @abstractmethod
    def take_up(self) -> None:
        """The scheduler has given it its slots for the first time."""

    def preempt(self) -> None:
        """Its slots are taken away; when it comes back, it feeds all its tokens again."""
        for part in self.parts:
            part.past = 0

    @abstractmethod
    def cancel(self) -> None:
        """End it, since it is ``cancelled``."""

    @abstractmethod
    def fail(self, error: RunError) -> None:
        """End it with ``error``."""
