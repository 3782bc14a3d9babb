"""Settings on which it depends that a run can be had again."""

from __future__ import annotations

from inference.spec.base import Spec, gettext_noop, setting
from inference.spec.dialects import DEFAULT_STAGE_ORDER, ORDERS, SWITCHES, Dialect, StageName

_ = gettext_noop

MAX_SEED = 2**53 - 1  # the largest integer that a browser can hold exactly

class Reproducibility(Spec):
    """Seed, dialect and order of the stages."""

    seed: int | None = setting(
        None, "reproducibility", _("Seed"), _("The same seed draws the same numbers. Empty: a new one for every run."),
        formula="u = Philox(seed, (sample, step))", ge=0, le=MAX_SEED)
    dialect: Dialect = setting(
        "logitscope", "reproducibility", _("Dialect"), _("Whose rules hold: the order of the stages, what the penalties count, and what happens to ties."),
        neutral="logitscope")
    stage_order: tuple[StageName, ...] | None = setting(
        None, "reproducibility", _("Order of the stages"), _("The order in which the stages run. Each stage at most once; one that is left out does not run. Empty: that of the dialect."),
        max_length=len(DEFAULT_STAGE_ORDER), strict=False, extra={"orders": {dialect: list(order) for dialect, order in ORDERS.items()}, "switches": dict(SWITCHES)})
