"""How far a run had come when its worker was lost, as its log tells it. With the spec it is all that another worker needs. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been said already, so that nothing is said twice. An empty one: the run had started, and no more."""

    tokens: Mapping[int, Sequence[int]] = field(default_factory=dict)  # by sample; of a beam search those of its best hypothesis
    logprobs: Mapping[int, Sequence[float | None]] = field(default_factory=dict)  # of these tokens, which mirostat goes by
    ended: frozenset[int] = frozenset()  # samples that said how they ended
    beam_steps: int = 0
    hypotheses: bool = False  # a beam search has said its hypotheses
