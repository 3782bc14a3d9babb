"""What the scheduler works on: sequences of tokens that go through the model chunk by chunk. Knows nothing of other jobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inference.engine.batch import Chunk
from inference.engine.errors import RunError
from inference.events import Attention
from inference.sampling.sampler import Choice, Sampler
from inference.spec import Watch


class Part:
    """One sequence of a job: its tokens ``ids``, of which the first ``past`` are in its slot of the cache.

    The first ``prompt`` tokens (default: all at the beginning) were given, the others were chosen one after the other.
    """

    def __init__(self, ids: Sequence[int], prompt: int | None = None) -> None:
        self.ids = list(ids)
        self.prompt = len(self.ids) if prompt is None else prompt
        self.past = 0
        self.slot = -1
        self.over = False  # it keeps its slot, but feeds nothing more

    @property
    def pending(self) -> int:
        """Tokens that are still to be fed."""
        return len(self.ids) - self.past

    def end_of_chunk(self, goal: int, fixed: int) -> int:
        """Where a chunk ends that goes no further than ``goal``, where prompts are cut at multiples of ``fixed``."""
        if self.past < self.prompt:
            return min(goal, self.prompt, (self.past // fixed + 1) * fixed)
        return self.past + 1  # as it was when it was chosen


@dataclass(frozen=True, slots=True)
class Fed:
    """A chunk that has gone through the model. Its logits are ``chunk.rows`` rows of the step's, from ``first`` on."""

    chunk: Chunk
    first: int
    attention: Attention | None  # of its last position

    def rows(self, logits: torch.Tensor) -> torch.Tensor:
        """Its own of the ``logits`` (R, V) of the step."""
        return logits[self.first : self.first + self.chunk.rows]


@dataclass(frozen=True, slots=True)
class Draw:
    """A token to choose: from which row of the step's logits, and how."""

    row: int
    sampler: Sampler
    watch: Watch


class Job(ABC):
    """One or several sequences, its ``parts``: as many from its admission to its end, each with a slot of at most ``most`` positions.

    In every step it hands out ``chunks``; when they are in the cache it gets their logits with ``use``. Then it is asked for ``draws``
    and told what they gave (``accept``), until it has none.
    """

    def __init__(self, parts: Sequence[Part], most: int) -> None:
        self.parts, self.most = tuple(parts), most
        self.due = 0.0  # monotonic seconds before which the next token is not wanted
        self.over = False
        self.owner: str | None = None  # who asks: owners take turns
        self.taken_up = False
        self.begun = False  # it has been given what earlier jobs have read of its beginnings

    @property
    def slots_needed(self) -> int:
        return len(self.parts)

    @property
    def length(self) -> int:
        """Positions that each of its slots needs in the next step."""
        return max(len(part.ids) for part in self.parts)

    @property
    def decoding(self) -> bool:
        """Whether each sequence has one token left to feed, the one chosen last."""
        for part in self.parts:  # noqa: SIM110 - asked of every job in every step, and ``all`` takes twice as long
            if not part.over and (part.past == 0 or len(part.ids) - part.past != 1):
                return False
        return True

    @property
    @abstractmethod
    def cancelled(self) -> bool:
        """Whether nobody wants its result any more."""

    def beginnings(self) -> Sequence[Part]:
        """Parts that need no logits but their last token's: they may begin with what earlier jobs have read. None by default."""
        return ()

    def reuse(self, part: Part, tokens: int) -> None:
        """The first ``tokens`` of ``part`` are in its slot: an earlier job has read them."""
        part.past = tokens

    @abstractmethod
    def chunks(self, budget: int) -> list[Chunk]:
        """What its parts feed in the next step: at most ``budget`` tokens altogether, whatever it needs while it is ``decoding``."""

    def fed(self, chunk: Chunk) -> None:
        """``chunk`` is in the cache now."""
        part = next(part for part in self.parts if part.slot == chunk.slot)
        part.past = chunk.past + len(chunk.ids)

    @abstractmethod
    def use(self, fed: Sequence[Fed], logits: torch.Tensor, forward_ms: float) -> None:
        """All its chunks of this step are ``fed``. ``logits`` (R, V) are those of the step; ``forward_ms`` is what it took."""

    def draws(self) -> Sequence[Draw]:
        """Tokens to choose now; none by default."""
        return ()

    def accept(self, choices: Sequence[Choice], sample_ms: float, batch: int) -> None:
        """What ``draws`` gave; ``batch`` rows shared the ``sample_ms``."""
        assert not choices, "nothing was drawn"

    @abstractmethod
    def take_up(self) -> None:
        """The scheduler has given it its slots for the first time."""

    def preempt(self) -> None:
        """Its slots are taken away; when it comes back, it feeds all its tokens again."""
        self.begun = False
        for part in self.parts:
            part.past = 0

    @abstractmethod
    def cancel(self) -> None:
        """End it, since it is ``cancelled``."""

    @abstractmethod
    def fail(self, error: RunError) -> None:
        """End it with ``error``."""
