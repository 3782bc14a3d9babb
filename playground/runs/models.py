"""Who asked for what. What a run said is in its event log, not here."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_run_id() -> str:
    """128 random bits: an id that is known only by being told."""
    return secrets.token_urlsafe(16)


class Run(models.Model):
    id = models.CharField(max_length=32, primary_key=True, default=new_run_id, editable=False)
    owner = models.CharField(_("owner"), max_length=64, db_index=True)
    model = models.CharField(_("model"), max_length=64)
    spec = models.JSONField(_("spec"))
    created = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-created"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")

    def __str__(self) -> str:
        return self.id
