"""Settings that move single scores: penalties, bias and bans."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inference.spec.base import Spec, TokenIdKey, gettext_noop, setting

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
