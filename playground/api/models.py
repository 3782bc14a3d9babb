"""Keys for programs. The secret is shown once and kept as a digest; it is random, so that a plain hash is enough."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from playground.runs.people import new_person

PREFIX = "ls-"
SHOWN_CHARACTERS = 10


class Scope(models.TextChoices):
    MODELS = "models", _("list models")
    COMPLETIONS = "completions", _("completions")
    CHAT = "chat", _("chat completions")


def all_scopes() -> list[str]:
    return list(Scope.values)


class ApiKey(models.Model):
    """Runs that are made with a key belong to ``owner``, a person of its own."""

    name = models.CharField(_("name"), max_length=80)
    owner = models.CharField(max_length=64, unique=True, default=new_person, editable=False)
    shown = models.CharField(_("begins with"), max_length=SHOWN_CHARACTERS, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=all_scopes)
    keeps = models.BooleanField(_("keeps its runs"), default=True, help_text=_("Each run can be opened in the inspector by the link in its answer."))
    max_active_runs = models.PositiveIntegerField(_("runs at once"), default=32, validators=[MinValueValidator(1)])
    max_waiting_runs = models.PositiveIntegerField(
        _("runs that wait"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Of these, runs that no worker has taken up yet. Empty: all of them.")
    )
    tokens_per_day = models.PositiveIntegerField(_("tokens per day"), null=True, blank=True, help_text=_("Empty: no limit."))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        ordering = ["-created"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.shown}…)"

    @classmethod
    def issue(cls, name: str, **fields: Any) -> tuple[ApiKey, str]:
        """A new key and its secret, which nobody can ask for again."""
        key = cls(name=name, **fields)
        secret = key.draw()
        key.save()
        return key, secret

    def draw(self) -> str:
        """Gives a key that has not been saved yet its secret, and returns it."""
        secret = PREFIX + secrets.token_urlsafe(32)
        self.shown, self.digest = secret[:SHOWN_CHARACTERS], digest(secret)
        return secret

    @classmethod
    def of(cls, secret: str) -> ApiKey | None:
        """The key with that secret, unless it was revoked."""
        return cls.objects.filter(digest=digest(secret), revoked=None).first()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
