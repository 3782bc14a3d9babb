"""What a stage is: one sampler, a small frozen object with one pure call over a batch. Knows no order and no engine.

Adding a stage: one class in the file of its family, one line in ``registry.py``, its parameter in ``inference/spec/``. Parameters are read
per row, so one call serves rows with different settings; a row at the neutral value is left as it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.scores import Cells, Listed, Scores
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class Stage(ABC):
    """One sampler. Subclasses hold no state."""

    name: ClassVar[StageName]
    reorders: ClassVar[bool]  # can change which token is the best
    removes: ClassVar[bool]  # can set scores to -inf; leaves the scores of survivors as they are
    edits: ClassVar[bool] = (
        False  # touches tokens anywhere in the vocabulary, so that it works on all scores and not on the list of the best
    )
    whole: ClassVar[bool] = False  # needs every survivor on the list
    looks_back: ClassVar[bool] = (
        True  # may depend on what was said before or on the step; False: several steps of a run can go through at once
    )

    @property
    def cuts(self) -> bool:
        """Whether it works on the list of the best, and leaves one."""
        return self.removes and not self.edits

    @abstractmethod
    def active(self, params: SamplingParams) -> bool:
        """Whether the parameters differ from the neutral value, at which the stage changes nothing."""

    @abstractmethod
    def settings(self, params: SamplingParams) -> dict[str, float]:
        """The parameters as an interface shows them."""

    @abstractmethod
    def apply(self, scores: Scores, rows: Rows) -> Scores:
        """The scores after this stage. ``scores`` itself never changes."""

    @abstractmethod
    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        """What the stage compared against in one row, which is number ``at`` of the batch, for the trace."""

    def reason(self, standing: Standing) -> Floats:
        """(B, K) the number that failed the test, for tokens that stood at ``standing`` and were removed here; NaN if nothing can be."""
        return np.full(standing.ranks.shape, np.nan)


def cells(ids: Sequence[Ints]) -> Cells:
    """``ids[b]`` of each row ``b``; an empty array leaves the row out."""
    if len(ids) == 1:
        return Cells(np.zeros(len(ids[0]), dtype=np.int64), ids[0])
    return Cells(np.repeat(np.arange(len(ids)), [len(row_ids) for row_ids in ids]), np.concatenate(ids))
