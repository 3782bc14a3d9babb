"""Prompt sessions, and the runs in them. What a run says is in its event log while it goes on, and in its trace file afterwards."""

import secrets
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _


def new_id() -> str:
    """128 random bits: an id that is known only by being told."""
    return secrets.token_urlsafe(16)


class Readable(DjangoJSONEncoder):
    """Chinese as it is written, so that a search finds it in every database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})


class Visibility(models.TextChoices):
    PRIVATE = "private", _("private")
    LINK = "link", _("whoever has the link")
    GALLERY = "gallery", _("gallery")


class PromptSession(models.Model):
    """A piece of work: a prompt with its settings, the runs that were made of it, and notes. ``draft`` is the page's own state."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    owner = models.CharField(_("owner"), max_length=64)
    title = models.CharField(_("title"), max_length=120, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True, encoder=Readable)
    draft = models.JSONField(_("draft"), default=dict, blank=True, encoder=Readable)
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility.choices, default=Visibility.PRIVATE)
    embeddable = models.BooleanField(_("may be embedded"), default=False)
    expires = models.DateTimeField(_("shared until"), null=True, blank=True)
    forked_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="forks", verbose_name=_("forked from"))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        ordering = ["-updated"]
        indexes = [models.Index(fields=["owner", "-updated"]), models.Index(fields=["visibility", "-updated"])]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return self.title or self.pk

    @property
    def comparison(self) -> bool:
        """Whether its runs are the lanes of a comparison."""
        return isinstance(self.draft.get("comparison"), dict)


class RunState(models.TextChoices):
    LIVE = "live", _("in its log")
    STORED = "stored", _("stored")
    LOST = "lost", _("lost")  # its log was gone before it could be stored
    UNKEPT = "unkept", _("not kept")  # beyond what its owner may keep


class Run(models.Model):
    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    owner = models.CharField(_("owner"), max_length=64, db_index=True)
    session = models.ForeignKey(PromptSession, models.CASCADE, null=True, blank=True, related_name="runs", verbose_name=_("session"))
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children", verbose_name=_("parent"))
    kind = models.CharField(_("kind"), max_length=16, default="run")  # what the person did: run, branch, edit, ...
    model = models.CharField(_("model"), max_length=64)
    spec = models.JSONField(_("spec"))
    keep = models.BooleanField(_("to be kept"), default=True)
    state = models.CharField(_("state"), max_length=8, choices=RunState.choices, default=RunState.LIVE)
    reason = models.CharField(_("finish reason"), max_length=32, blank=True)
    tokens = models.PositiveIntegerField(_("tokens"), null=True, blank=True)
    epoch = models.CharField(max_length=64, blank=True, editable=False)  # of the log that was stored
    trace = models.FileField(_("trace"), blank=True)
    trace_bytes = models.PositiveBigIntegerField(_("bytes of the trace"), default=0)
    created = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)
    claimed = models.DateTimeField(null=True, editable=False)  # when somebody began to store it

    class Meta:
        ordering = ["created"]
        indexes = [models.Index(fields=["state", "created"])]
        verbose_name = _("run")
        verbose_name_plural = _("runs")

    def __str__(self) -> str:
        return self.id


@receiver(post_delete, sender=Run)
def _delete_trace(instance: Run, **signal: Any) -> None:
    """A file has no life of its own."""
    if instance.trace:
        instance.trace.delete(save=False)
