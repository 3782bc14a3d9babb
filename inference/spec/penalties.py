"""Settings that move single scores: penalties, bias and bans."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from inference.spec.base import Spec, TokenId, TokenIdKey, gettext_noop, setting

_ = gettext_noop


class Penalties(Spec):
    """What makes chosen tokens more or less likely."""

    repetition_penalty: float = setting(
        1.0, "penalties", _("Repetition penalty"), _("Makes every token that has already occurred, in the prompt or the output, less likely. 1 is off."),
        formula="z > 0: z / r    z <= 0: z x r", neutral=1.0, gt=0.0, le=10.0, slider=[0.5, 2, 0.01])
    presence_penalty: float = setting(
        0.0, "penalties", _("Presence penalty"), _("Subtracted once from every token that the output already contains. Negative values encourage repeats."),
        formula="z' = z - a [count > 0]", neutral=0.0, ge=-2.0, le=2.0, slider=[-2, 2, 0.05])
    frequency_penalty: float = setting(
        0.0, "penalties", _("Frequency penalty"), _("Subtracted once for each time the output already contains the token. Negative values encourage repeats."),
        formula="z' = z - a x count", neutral=0.0, ge=-2.0, le=2.0, slider=[-2, 2, 0.05])
    logit_bias: dict[TokenIdKey, Annotated[float, Field(ge=-100.0, le=100.0)]] = setting(
        None, "penalties", _("Logit bias"), _("Added to the logits of chosen tokens. -100 in effect bans a token, +100 in effect forces it."),
        formula="z'[i] = z[i] + bias[i]", default_factory=dict, neutral={}, max_length=1024)
    repeat_last_n: int | None = setting(
        None, "penalties", _("Penalty window"), _("How many of the last tokens the three penalties look at. -1 is all, 0 none. Empty: as the dialect does, which is all but for llama.cpp's 64."),
        ge=-1, le=1_000_000, rare=True)
    penalty_scope: Literal["dialect", "output", "all"] = setting(
        "dialect", "penalties", _("Penalties count"), _("Whether the three penalties count the output alone or the prompt too. By dialect: repetition counts both, the other two the output; in llama.cpp all count both."),
        neutral="dialect", rare=True)
    no_repeat_ngram_size: int = setting(
        0, "penalties", _("No repeated n-grams"), _("Forbids the token that would repeat a sequence of this many tokens. 0 is off."),
        formula="z' = -inf", neutral=0, ge=0, le=1000, slider=[0, 10, 1], rare=True)
    dry_multiplier: float = setting(
        0.0, "penalties", _("DRY"), _("Makes the token less likely that would go on repeating what was said before, the more the longer the repeat. 0 is off."),
        formula="z' = z - m x base^(length - allowed)", neutral=0.0, ge=0.0, le=100.0, slider=[0, 3, 0.05], rare=True)
    dry_base: float = setting(
        1.75, "penalties", _("DRY base"), _("How much the penalty grows with each token of the repeat."),
        formula="m x base^(length - allowed)", ge=1.0, le=10.0, slider=[1, 4, 0.05], rare=True, needs="dry_multiplier")
    dry_allowed_length: int = setting(
        2, "penalties", _("DRY allowed length"), _("Repeats shorter than this are left alone."),
        ge=1, le=1000, slider=[1, 20, 1], rare=True, needs="dry_multiplier")
    dry_penalty_last_n: int = setting(
        -1, "penalties", _("DRY window"), _("How many of the last tokens are searched for repeats. -1 is all, 0 none."),
        ge=-1, le=1_000_000, rare=True, needs="dry_multiplier")
    dry_sequence_breakers: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = setting(
        ("\n", ":", '"', "*"), "penalties", _("DRY sequence breakers"), _("A repeat does not reach back across one of these texts."),
        max_length=64, strict=False, rare=True, needs="dry_multiplier")
    bad_words: tuple[Annotated[str, Field(min_length=1, max_length=256)], ...] = setting(
        (), "penalties", _("Banned words"), _("The token that would complete one of these texts is forbidden, at the beginning of a word and within one."),
        neutral=[], max_length=256, strict=False, rare=True)
    allowed_token_ids: tuple[TokenId, ...] = setting(
        (), "penalties", _("Allowed token ids"), _("Only these tokens may be chosen. Empty: all."), neutral=[], max_length=4096, strict=False, rare=True)
