"""Settings of the sampling proper: temperature and the filters that cut the distribution."""

from __future__ import annotations

from inference.spec.base import Spec, gettext_noop, setting

_ = gettext_noop


class Truncation(Spec):
    """How the distribution is shaped before the dice fall."""

    temperature: float = setting(
        1.0, "sampling", _("Temperature"), _("Divides the logits: below 1 sharpens the distribution, above 1 flattens it. 0 always takes the most likely token."),
        formula="z' = z / T", neutral=1.0, ge=0.0, le=10.0, slider=[0, 2, 0.01])
    top_k: int = setting(
        0, "sampling", _("Top-k"), _("Keeps the k most likely tokens. 0 is off."),
        formula="keep z >= k-th largest z", neutral=0, ge=0, le=1_000_000, slider=[0, 200, 1])
    top_p: float = setting(
        1.0, "sampling", _("Top-p"), _("Keeps the smallest set of most likely tokens whose probabilities add up to p. 1 is off."),
        formula="keep while the mass before it < p", neutral=1.0, gt=0.0, le=1.0, slider=[0.01, 1, 0.01])
    min_p: float = setting(
        0.0, "sampling", _("Min-p"), _("Removes tokens less likely than this share of the most likely one. 0 is off."),
        formula="keep p >= min_p x max p", neutral=0.0, ge=0.0, le=1.0, slider=[0, 0.5, 0.005])
    min_keep: int = setting(
        1, "sampling", _("Keep at least"), _("No filter leaves fewer tokens than this."),
        neutral=1, ge=1, le=1000, slider=[1, 20, 1])
