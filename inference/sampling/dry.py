"""DRY, don't repeat yourself: the longer a repeat of what was said before has become, the less likely the token that goes on with it."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from inference.sampling.arrays import Floats, Ints
from inference.sampling.history import NO_IDS, recurrences
from inference.sampling.scores import Listed, Scores
from inference.sampling.stage import Stage, cells
from inference.sampling.state import Rows, RowState
from inference.spec import SamplingParams, StageName

LARGEST_POWER = 88.7228391  # ln of the largest float32: llama.cpp's bound of base ** exponent
NO_LENGTHS: Floats = np.empty(0)


class Dry(Stage):
    """z' = z - m x base^(length - allowed) for the tokens that would prolong a repeat of ``allowed`` tokens or more. Neutral: m = 0.

    The length is that of the longest match between the end of prompt and output and an earlier place which that token followed. It does
    not reach back beyond a sequence breaker, and a token that holds one is never penalised. Source: p-e-w 2024 (text-generation-webui
    #5677); llama.cpp ``llama_sampler_dry_apply``. Unlike there, breakers are searched for in the text, however it is cut into tokens.
    """

    name: ClassVar[StageName] = "dry"
    reorders = True
    removes = False
    edits = True

    def active(self, params: SamplingParams) -> bool:
        return params.dry_multiplier > 0.0 and params.dry_penalty_last_n != 0

    def settings(self, params: SamplingParams) -> dict[str, float]:
        return {"dry_multiplier": params.dry_multiplier, "dry_base": params.dry_base, "dry_allowed_length": params.dry_allowed_length}

    def apply(self, scores: Scores, rows: Rows) -> Scores:
        found = [_repeats(row) if on else (NO_IDS, NO_LENGTHS) for row, on in zip(rows, rows.on(self.name), strict=True)]
        penalised = cells([ids for ids, _ in found])
        return scores.edit(penalised, scores.at(penalised) - np.concatenate([penalty for _, penalty in found]))

    def numbers(self, before: Listed, at: int, row: RowState) -> dict[str, float]:
        ids, penalties = _repeats(row)
        return {"dry_multiplier": row.params.dry_multiplier, "tokens": len(ids), "largest": float(penalties.max(initial=0.0))}


def _repeats(row: RowState) -> tuple[Ints, Floats]:
    """(m,) tokens that would prolong a repeat, and their penalties."""
    params = row.params
    ids = row.tokens.ids
    if params.dry_penalty_last_n > 0:
        ids = ids[-params.dry_penalty_last_n :]
    reach = min(len(ids), row.breaks.since)
    if min(len(ids) - 1, reach) < params.dry_allowed_length:
        return NO_IDS, NO_LENGTHS
    lengths = recurrences(ids, min(reach, params.dry_allowed_length + _longest_power(params.dry_base)))
    return _penalties(row, ids, lengths)


def _penalties(row: RowState, ids: Ints, lengths: Ints) -> tuple[Ints, Floats]:
    params = row.params
    places = np.flatnonzero(lengths >= params.dry_allowed_length)
    tokens, which = np.unique(ids[places], return_inverse=True)
    longest = np.zeros(len(tokens), dtype=np.int64)
    np.maximum.at(longest, which, lengths[places])
    whole = np.array([not row.breaks.within(token) for token in tokens.tolist()], dtype=bool)
    penalties: Floats = params.dry_multiplier * params.dry_base ** (longest[whole] - params.dry_allowed_length).astype(np.float64)
    return tokens[whole], penalties


def _longest_power(base: float) -> int:
    """The exponent beyond which the penalty grows no more."""
    return int(LARGEST_POWER / math.log(base)) if base > 1.000001 else 0
