"""The stage that removes what a constraint forbids. Knows nothing of grammars: a run's ``Guide`` says which tokens these are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from inference.grammar import DeadEnd
from inference.sampling.arrays import Floats
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage
from inference.sampling.standing import Standing
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName


class Constraint(Stage):
    """z' = -inf for every token after which the output could no longer be one of those that the constraint allows. Neutral: none given.

    It comes first, as in vLLM (``apply_grammar_bitmask`` runs before the sampler) and llama.cpp (``common_sampler_sample`` with
    ``grammar_first``, and whenever the token that it drew is not allowed): filters then choose among what is allowed. transformers has
    ``prefix_allowed_tokens_fn`` after its penalties, which for a mask is the same. What it removes nothing brings back, ``min_keep``
    included; where it leaves nothing of what earlier stages left, the run ends.
    """

    name: ClassVar[StageName] = "constraint"
    reorders = True
    removes = True
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return params.constraint is not None

    def settings(self, params: SamplingParams) -> dict[str, float]:
        """Under the name of its kind how long it is: choices, or characters."""
        return {params.constraint: len(getattr(params, params.constraint))} if params.constraint else {}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        dense = scores.spread
        kept = dense.field.written()
        for at, row in enumerate(rows):
            if self.name in row.active:
                _forbid(kept[at], row)
        return dense.replaced(kept)

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        assert row.guide is not None
        return {**self.settings(row.params), "allowed": row.guide.allowed, "may_end": row.guide.may_end}

    def reason(self, standing: Standing) -> Floats:
        return standing.probabilities


def _forbid(scores: Floats, row: RowState) -> None:
    """Changes ``scores`` (V,) of one row in place. Raises ``DeadEnd`` where nothing is left."""
    guide, kind = row.guide, row.params.constraint
    assert guide is not None, "a constraint needs a guide"
    assert kind is not None
    np.copyto(scores, -np.inf, where=guide.forbidden)
    if scores.max() == -np.inf:
        if guide.allowed:
            raise DeadEnd(kind, f"Earlier stages, or the model, have removed all {guide.allowed} tokens that the constraint allows here.")
        if guide.may_end:  # a beam goes on until a token ends it
            raise DeadEnd(kind, "The output is complete, and no token is there to end it: this model has none, or ignore_eos is on.")
        raise DeadEnd(kind, "The constraint allows no token here.")
