"""A small model that drafts for a large one with the same vocabulary: its caches, and what it guesses. Knows nothing of batches.

It draws with the same settings and the same dice as the large model will. Where the two distributions are close, the same number
mostly falls on the same token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

import torch

from inference.engine.batch import Chunk
from inference.engine.errors import ModelError
from inference.engine.model import Model
from inference.sampling.sampler import Choice, Sampler, choose
from inference.spec import Watch

_BLIND = Watch(top_n=0, attention="off")


class Drafts:
    """The draft model and the slots of its cache, for use on the engine's thread."""

    def __init__(self, model: Model, target: Model) -> None:
        """Raises ``ModelError`` where the two do not share their vocabulary."""
        ours, theirs = model.tokenizer.get_vocab(), target.tokenizer.get_vocab()
        if ours != theirs:
            different = len(ours.items() ^ theirs.items())
            message = f"the draft model {model.info.name!r} has another vocabulary than {target.info.name!r}: {different} entries differ"
            raise ModelError("draft_vocabulary", message)
        self._model, self.vocab_size = model, target.info.vocab_size
        self._held: dict[int, DraftSequence] = {}  # by slot

    @property
    def context(self) -> int:
        return self._model.info.context

    def open(self, sequence: DraftSequence) -> int:
        slot = next(slot for slot in range(len(self._held) + 1) if slot not in self._held)
        self._held[slot] = sequence
        return slot

    def close(self, slot: int) -> None:
        del self._held[slot]

    def next_logits(self, slot: int, ids: list[int], past: int) -> torch.Tensor | None:
        """(1, V of the large model) after ``ids``, which follow ``past`` positions of ``slot``; ``None`` where memory is short."""
        filled = max(len(sequence.fed) for sequence in self._held.values())
        if not self._model.runner.reserve(max(self._held) + 1, past + len(ids), filled):
            return None
        logits = self._model.runner.forward([Chunk(slot, ids, past, 1)]).logits
        missing = self.vocab_size - logits.shape[1]
        return torch.nn.functional.pad(logits, (0, missing), value=-torch.inf) if missing else logits


class DraftSequence:
    """Drafts for one sample (``Drafter``). ``fresh`` gives the state of the sample before its first token."""

    def __init__(self, drafts: Drafts, fresh: Callable[[], Sampler], prompt_tokens: int, ends: Sequence[int]) -> None:
        self._drafts, self._fresh, self._prompt_tokens, self._ends = drafts, fresh, prompt_tokens, frozenset(ends)
        self._sampler = fresh()
        self._observed: list[int] = []
        self._slot: int | None = None
        self.fed: list[int] = []  # what is in the slot

    def propose(self, ids: Sequence[int], count: int) -> list[int]:
        """What the draft model says; less than ``count`` where it ends, its window ends, or memory does."""
        if self._slot is None:
            self._slot = self._drafts.open(self)
        self._follow(ids[self._prompt_tokens :])
        found: list[int] = []
        while len(found) < min(count, self._drafts.context - len(ids)):
            token_id = self._next(self._slot, [*ids, *found])
            if token_id is None or token_id in self._ends:
                break
            found.append(token_id)
            self._observe(token_id)
        return found

    def _follow(self, output: Sequence[int]) -> None:
        """Bring the state to what has really been chosen, from its beginning where that is not what was drafted."""
        if self._observed != list(output[: len(self._observed)]):
            self._sampler, self._observed = self._fresh(), []
        for token_id in output[len(self._observed) :]:
            self._observe(token_id)

    def _observe(self, token_id: int) -> None:
        self._sampler.observe(token_id)
        self._observed.append(token_id)

    def _next(self, slot: int, ids: list[int]) -> int | None:
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self.fed, ids, strict=False)))
        past = min(same, len(ids) - 1)
        logits = self._drafts.next_logits(slot, ids[past:], past)
        if logits is None:
            return None
        self.fed = ids
        (outcome,) = choose(logits, [self._sampler], [_BLIND])
        return outcome.token_id if isinstance(outcome, Choice) else None

    def close(self) -> None:
        if self._slot is not None:
            self._drafts.close(self._slot)
            self._slot = None
