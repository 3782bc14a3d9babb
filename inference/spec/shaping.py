"""Settings that sharpen, flatten or steer the distribution as a whole: temperature, smoothing, mirostat."""

from __future__ import annotations

from typing import Literal

from inference.spec.base import Spec, gettext_noop, setting

_ = gettext_noop


class Shaping(Spec):
    """How peaked the distribution is."""

    temperature: float = setting(
        1.0, "sampling", _("Temperature"), _("Divides the logits: below 1 sharpens the distribution, above 1 flattens it. 0 always takes the most likely token."),
        formula="z' = z / T", neutral=1.0, ge=0.0, le=10.0, slider=[0, 2, 0.01])
    dynatemp_range: float = setting(
        0.0, "sampling", _("Dynamic temperature"), _("Lets the temperature move so far up where the model is unsure, and down where it is sure. 0 is off."),
        formula="T' = T - r + 2r x (H / ln n)^exponent", neutral=0.0, ge=0.0, le=10.0, slider=[0, 2, 0.05], rare=True)
    dynatemp_exponent: float = setting(
        1.0, "sampling", _("Dynamic temperature exponent"), _("Bends the way from sure to unsure: above 1 the temperature rises late, below 1 early."),
        formula="(H / ln n)^exponent", gt=0.0, le=10.0, slider=[0.1, 3, 0.05], rare=True, needs="dynatemp_range")
    smoothing_factor: float = setting(
        0.0, "sampling", _("Quadratic smoothing"), _("Bends the logits into a parabola below the largest: close ones come closer, far ones drop further. 0 is off."),
        formula="z' = max - f x (z - max)^2", neutral=0.0, ge=0.0, le=10.0, slider=[0, 2, 0.01], rare=True)
    smoothing_curve: float = setting(
        1.0, "sampling", _("Smoothing curve"), _("From a parabola (1) to a cubic curve (3), which drops far logits harder."),
        formula="k = (3 - c)/2, s = (c - 1)/2", ge=1.0, le=3.0, slider=[1, 3, 0.05], rare=True, needs="smoothing_factor")
    mirostat_mode: Literal[0, 2] = setting(
        0, "sampling", _("Mirostat"), _("Cuts off tokens above a surprise that it keeps adjusting, so that the text stays as surprising as asked. 0 is off, 2 is version 2."),
        formula="keep -log2 p <= mu", neutral=0, rare=True)
    mirostat_tau: float = setting(
        5.0, "sampling", _("Mirostat target"), _("The surprise to aim at, in bits per token."),
        formula="mu starts at 2 x tau", ge=0.0, le=20.0, slider=[0, 10, 0.1], rare=True, needs="mirostat_mode")
    mirostat_eta: float = setting(
        0.1, "sampling", _("Mirostat rate"), _("How fast it adjusts."),
        formula="mu' = mu - eta x (surprise - tau)", ge=0.0, le=1.0, slider=[0, 1, 0.01], rare=True, needs="mirostat_mode")
