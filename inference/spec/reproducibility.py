"""Settings on which it depends that a run can be had again."""

from __future__ import annotations

from typing import Literal, get_args

from inference.spec.base import Spec, gettext_noop, setting

_ = gettext_noop

MAX_SEED = 2**53 - 1  # the largest integer that a browser can hold exactly

StageName = Literal[
    "constraint",
    "logit_bias",
    "min_tokens",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "temperature",
    "top_k",
    "tfs_z",
    "typical_p",
    "top_p",
    "min_p",
    "top_a",
    "epsilon_cutoff",
    "eta_cutoff",
    "top_n_sigma",
    "xtc",
]
DEFAULT_STAGE_ORDER: tuple[StageName, ...] = get_args(StageName)


class Reproducibility(Spec):
    """Seed and order of the stages."""

    seed: int | None = setting(
        None, "reproducibility", _("Seed"), _("The same seed draws the same numbers. Empty: a new one for every run."),
        formula="u = Philox(seed, (sample, step))", ge=0, le=MAX_SEED)
    stage_order: tuple[StageName, ...] = setting(
        DEFAULT_STAGE_ORDER, "reproducibility", _("Order of the stages"), _("The order in which the stages run. Each stage at most once; one that is left out does not run."),
        neutral=list(DEFAULT_STAGE_ORDER), max_length=len(DEFAULT_STAGE_ORDER), strict=False)
