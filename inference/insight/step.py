"""One step of a run in full, under its own settings or others. Knows nothing of how its logits were had."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from inference.engine.errors import RunError
from inference.questions import StepView
from inference.sampling.outlook import Outlooks
from inference.sampling.sampler import Choice, Sampler, choose
from inference.spec import Watch

Logits = NDArray[np.float32]


def brought_to(sampler: Sampler, tokens: Sequence[int], logits: Callable[[], Logits]) -> None:
    """``sampler``, which stands before the first step, has seen ``tokens`` (T,).

    Only mirostat has to be told more than the tokens: how likely each was, for which it takes the ``logits`` (T, V) of their steps.
    """
    if not sampler.steered:
        for token in tokens:
            sampler.observe(token)
    elif tokens:
        for _ in Outlooks(sampler).steps(logits(), tokens):
            pass


def step_view(logits: Logits, step: int, own: int, sampler: Sampler, watch: Watch) -> StepView:
    """Number ``step``, at which the run chose ``own``, from its raw ``logits`` (V,), as ``sampler``, which stands before it, takes it."""
    (choice,) = choose(torch.from_numpy(logits)[None], [sampler], [watch])
    if not isinstance(choice, Choice):
        raise RunError("bad_logits", f"The model gave no usable logits: {choice.reason}.")
    assert choice.trace
    assert choice.logprob is not None
    assert choice.raw_logprob is not None
    assert choice.raw_rank is not None
    assert choice.raw_entropy is not None
    return StepView(
        step=step,
        id=choice.token_id,
        piece=sampler.pieces(choice.token_id),
        own_id=own,
        logprob=choice.logprob,
        raw_logprob=choice.raw_logprob,
        raw_rank=choice.raw_rank,
        raw_entropy=choice.raw_entropy,
        stages=sampler.stages(),
        trace=choice.trace,
    )
