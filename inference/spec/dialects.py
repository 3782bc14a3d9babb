"""Whose semantics a run follows: the order of the stages in each engine, and what an engine does not have.

Edges that differ within a stage are in the stage. Sources: transformers 5.23 ``GenerationMixin._get_logits_processor``; vLLM
``v1/sample/sampler.py``; llama.cpp ``common/common.h`` (``samplers``) and ``common/sampling.cpp``.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

Dialect = Literal["logitscope", "transformers", "vllm", "llamacpp"]

StageName = Literal[
    "guidance",
    "constraint",
    "allowed_token_ids",
    "logit_bias",
    "bad_words",
    "no_repeat_ngram",
    "min_tokens",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "dry",
    "dynatemp",
    "temperature",
    "smoothing",
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
    "mirostat",
]
DEFAULT_STAGE_ORDER: tuple[StageName, ...] = get_args(StageName)

ORDERS: dict[Dialect, tuple[StageName, ...]] = {
    "logitscope": DEFAULT_STAGE_ORDER,
    "transformers": (
        "guidance", "logit_bias", "repetition_penalty", "no_repeat_ngram", "bad_words", "min_tokens", "allowed_token_ids", "constraint",
        "temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff",
    ),
    "vllm": (
        "constraint", "allowed_token_ids", "bad_words", "min_tokens", "logit_bias",
        "repetition_penalty", "frequency_penalty", "presence_penalty", "temperature", "min_p", "top_k", "top_p",
    ),
    "llamacpp": (
        "constraint", "logit_bias", "repetition_penalty", "frequency_penalty", "presence_penalty", "dry",
        "top_n_sigma", "top_k", "typical_p", "top_p", "min_p", "xtc", "dynatemp", "temperature",
    ),
}  # fmt: skip
LLAMACPP_MIROSTAT: tuple[StageName, ...] = ("constraint", "logit_bias", "temperature", "mirostat")  # which there replaces all else

SWITCHES: dict[StageName, str] = {
    "guidance": "guidance_scale",
    "no_repeat_ngram": "no_repeat_ngram_size",
    "dry": "dry_multiplier",
    "dynatemp": "dynatemp_range",
    "smoothing": "smoothing_factor",
    "xtc": "xtc_probability",
    "mirostat": "mirostat_mode",
}  # the setting that switches a stage on, where it is not called like the stage


def default_order(dialect: Dialect, mirostat: bool) -> tuple[StageName, ...]:
    """The order of the stages in ``dialect``."""
    return LLAMACPP_MIROSTAT if dialect == "llamacpp" and mirostat else ORDERS[dialect]


def check_dialect(dialect: Dialect, settings: dict[str, Any], neutral: dict[str, Any]) -> None:
    """Raises ``ValueError`` naming the field that switches on a stage which ``dialect`` does not have."""
    has = {*ORDERS[dialect], *(LLAMACPP_MIROSTAT if dialect == "llamacpp" else ())}
    for stage in DEFAULT_STAGE_ORDER:
        field = SWITCHES.get(stage, stage)
        if stage not in has and settings[field] != neutral[field] and settings[field] != ():
            raise ValueError(
                f"{field}: {settings[field]!r} does not go with dialect ({dialect}), which has no such stage; it must be {neutral[field]!r}, "
                "or stage_order given"
            )
