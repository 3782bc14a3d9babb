"""How much people may do, and how much they did today. Knows nothing of what a run is: it has an id and takes tokens."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

EVERYBODY = ""
MOST_RUNS, MOST_TOKENS = 1000, 2_000_000_000


class Bounds(models.Model):
    """How much somebody, or several together, may do. What is empty is left to the row that stands behind this one."""

    active_runs = models.PositiveIntegerField(
        _("runs at once"), null=True, blank=True, validators=[MaxValueValidator(MOST_RUNS)], help_text=_("Waiting and running. 0: none at all.")
    )
    waiting_runs = models.PositiveIntegerField(
        _("runs that wait"), null=True, blank=True, validators=[MaxValueValidator(MOST_RUNS)], help_text=_("Of these, runs that no worker has taken up yet.")
    )
    tokens_per_day = models.PositiveIntegerField(
        _("tokens per day"), null=True, blank=True, validators=[MaxValueValidator(MOST_TOKENS)], help_text=_("New tokens, from midnight to midnight in the site's time zone. A run that goes on counts as many as it may take.")
    )  # fmt: skip

    class Meta:
        abstract = True


class Limit(Bounds):
    """What one person may do, or, in the row of ``EVERYBODY``, whoever has no row. What is empty is as for everybody; there, as configured."""

    person = models.CharField(
        _("person"), max_length=64, unique=True, help_text=_("The id of a person, as the list of runs shows it under “owner”. `api`: whoever uses /v1 without a key.")
    )

    class Meta:
        ordering = ["person"]
        verbose_name = _("limit")
        verbose_name_plural = _("limits")

    def __str__(self) -> str:
        return self.person or gettext("everybody")


class Usage(models.Model):
    """Tokens that a person, or another share, took on one day, those that runs which go on may still take included."""

    person = models.CharField(max_length=64)
    day = models.DateField()
    tokens = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_usage_a_day")]


class Hold(models.Model):
    """Tokens that a run which has not been stored yet may take; part of its ``usage``. A run has one hold in each of its shares."""

    run = models.CharField(max_length=64)
    usage = models.ForeignKey(Usage, models.CASCADE)
    tokens = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "usage"], name="one_hold_a_share")]
