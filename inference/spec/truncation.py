"""Settings of the filters that cut the distribution."""

from __future__ import annotations

from inference.spec.base import Spec, gettext_noop, setting

_ = gettext_noop


class Truncation(Spec):
    """Which tokens the dice may fall on."""

    top_k: int = setting(
        0, "sampling", _("Top-k"), _("Keeps the k most likely tokens. 0 is off."),
        formula="keep z >= k-th largest z", neutral=0, ge=0, le=1_000_000, slider=[0, 200, 1])
    top_p: float = setting(
        1.0, "sampling", _("Top-p"), _("Keeps the smallest set of most likely tokens whose probabilities add up to p. 1 is off."),
        formula="keep while the mass before it < p", neutral=1.0, gt=0.0, le=1.0, slider=[0.01, 1, 0.01])
    min_p: float = setting(
        0.0, "sampling", _("Min-p"), _("Removes tokens less likely than this share of the most likely one. 0 is off."),
        formula="keep p >= min_p x max p", neutral=0.0, ge=0.0, le=1.0, slider=[0, 0.5, 0.005])
    typical_p: float = setting(
        1.0, "sampling", _("Typical-p"), _("Keeps the tokens whose surprise is closest to the average surprise, until their probabilities add up to this. 1 is off."),
        formula="by |-ln p - H|, keep while the mass before it < p", neutral=1.0, gt=0.0, le=1.0, slider=[0.05, 1, 0.01], rare=True)
    top_n_sigma: float = setting(
        0.0, "sampling", _("Top-n-sigma"), _("Keeps the tokens whose logit is within n standard deviations of the largest. 0 is off."),
        formula="keep z >= max z - n x std z", neutral=0.0, ge=0.0, le=100.0, slider=[0, 4, 0.05], rare=True)
    top_a: float = setting(
        0.0, "sampling", _("Top-a"), _("Removes tokens less likely than this share of the square of the largest probability. 0 is off."),
        formula="keep p >= a x (max p)^2", neutral=0.0, ge=0.0, le=1.0, slider=[0, 1, 0.01], rare=True)
    tfs_z: float = setting(
        1.0, "sampling", _("Tail-free"), _("Cuts off the flat tail: what follows once this share of the curvature of the sorted probabilities is reached. 1 is off."),
        formula="keep while the sum of |p''| <= z", neutral=1.0, ge=0.0, le=1.0, slider=[0.05, 1, 0.01], rare=True)
    epsilon_cutoff: float = setting(
        0.0, "sampling", _("Epsilon cutoff"), _("Removes tokens less likely than this. 0 is off."),
        formula="keep p >= epsilon", neutral=0.0, ge=0.0, le=1.0, slider=[0, 0.1, 0.001], rare=True)
    eta_cutoff: float = setting(
        0.0, "sampling", _("Eta cutoff"), _("Removes tokens less likely than a bound that falls where the distribution is flat. 0 is off."),
        formula="keep p >= min(e, sqrt(e) x exp(-H))", neutral=0.0, ge=0.0, le=1.0, slider=[0, 0.1, 0.001], rare=True)
    xtc_probability: float = setting(
        0.0, "sampling", _("XTC probability"), _("How often the most likely tokens are excluded, so that less usual ones get a turn. 0 is off."),
        formula="acts where u <= probability", neutral=0.0, ge=0.0, le=1.0, slider=[0, 1, 0.05], rare=True)
    xtc_threshold: float = setting(
        0.1, "sampling", _("XTC threshold"), _("When XTC acts, of the tokens at least this likely only the least likely stays."),
        formula="of all p >= threshold keep the smallest", ge=0.0, le=1.0, slider=[0, 0.5, 0.01], rare=True, needs="xtc_probability")
    min_keep: int = setting(
        1, "sampling", _("Keep at least"), _("No filter leaves fewer tokens than this."),
        neutral=1, ge=1, le=1000, slider=[1, 20, 1], rare=True)
