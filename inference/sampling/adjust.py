"""The stages that move or ban single tokens, applied to log-probabilities: what a beam search adds up. Knows nothing of beams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.sampling.arrays import Floats
from inference.sampling.pipeline import walk
from inference.sampling.registry import STAGES
from inference.sampling.sampler import Sampler
from inference.sampling.scores import Dense
from inference.sampling.stage import Stage
from inference.sampling.state import Rows


def adjusts(sampler: Sampler) -> bool:
    """Whether ``adjusted`` would do anything."""
    return bool(_stages(sampler))


def adjusted(scores: NDArray[Any], samplers: Sequence[Sampler]) -> Floats:
    """``scores`` (B, V) after the penalties, biases and bans of ``samplers``, which have the same parameters. Temperature is left out."""
    rows = Rows([sampler.state for sampler in samplers])
    with np.errstate(all="ignore"):
        *_, (_, last) = walk(Dense.start(scores.astype(np.float64, order="C"), scores.shape[1]), rows, _stages(samplers[0]))
    dense = last if isinstance(last, Dense) else last.spread
    return dense.field.scores


def _stages(sampler: Sampler) -> list[Stage]:
    named: dict[str, Stage] = {stage.name: stage for stage in STAGES.values()}
    return [stage for stage in (named[info.name] for info in sampler.stages() if info.active) if stage.reorders]
