"""Settings that say when a run ends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inference.spec.base import Spec, TokenId, gettext_noop, setting

_ = gettext_noop

MAX_TOKENS_LIMIT = 32_768


class Length(Spec):
    """Length and stop."""

    max_tokens: int = setting(
        256, "length", _("Most new tokens"), _("The run ends after this many new tokens."),
        ge=1, le=MAX_TOKENS_LIMIT, slider=[1, 512, 1])
    min_tokens: int = setting(
        0, "length", _("Fewest new tokens"), _("Until then the end token, the stop tokens and the stop strings cannot end the run."),
        neutral=0, ge=0, le=MAX_TOKENS_LIMIT, slider=[0, 256, 1])
    stop: tuple[Annotated[str, Field(min_length=1, max_length=256)], ...] = setting(
        (), "length", _("Stop strings"), _("The run ends where one of these would appear, even across token borders. They are not part of the output."),
        neutral=[], max_length=16, strict=False)
    stop_token_ids: tuple[TokenId, ...] = setting(
        (), "length", _("Stop token ids"), _("The run ends when one of these tokens is chosen."), neutral=[], max_length=64, strict=False)
    max_time: float = setting(
        0.0, "length", _("Time limit"), _("The run ends after the step that is running when so many seconds have passed since its first one. 0 is off."),
        neutral=0.0, ge=0.0, le=3600.0, slider=[0, 120, 1])
    ignore_eos: bool = setting(
        False, "length", _("Ignore end of text"), _("Goes on after the model's end-of-text token."), neutral=False)
