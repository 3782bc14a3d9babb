"""What this site forbids in prompts and outputs, as its operator writes it down."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from inference.moderation.filters import MAX_CHARACTERS, MAX_ENTRIES, Filter
from inference.moderation.matching import BadPattern, matcher

LANGUAGES = {"": "says", "zh-hant": "says_zh_hant", "zh-hans": "says_zh_hans"}


class WordList(models.Model):
    """Entries, one a line, and what people are told when one of them is met."""

    class Kind(models.TextChoices):
        LITERALS = "literals", _("words and phrases")
        PATTERNS = "patterns", _("patterns")

    name = models.CharField(_("name"), max_length=64, unique=True, help_text=_("Whoever meets the list sees its name."))
    enabled = models.BooleanField(_("enabled"), default=True)
    kind = models.CharField(
        _("kind"), max_length=8, choices=Kind.choices, default=Kind.LITERALS, help_text=_("Patterns are regular expressions in RE2's syntax: no look-around, no back references, and never slow.")
    )
    entries = models.TextField(_("entries"), help_text=_("One a line. Full-width letters, accents and invisible characters are compared as they read; traditional and simplified characters each need an entry."))
    whole_words = models.BooleanField(_("whole words only"), default=False, help_text=_("Where a script separates its words: no border is seen within Chinese."))
    ignore_case = models.BooleanField(_("capitals do not matter"), default=True)
    on_prompt = models.BooleanField(_("in prompts"), default=True)
    on_output = models.BooleanField(_("in outputs"), default=True, help_text=_("The run ends before the token that completes a hit; what was shown before it stays."))
    says = models.TextField(_("what people are told"), max_length=500, blank=True)
    says_zh_hant = models.TextField(_("the same in Traditional Chinese"), max_length=500, blank=True)
    says_zh_hans = models.TextField(_("the same in Simplified Chinese"), max_length=500, blank=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("moderation list")
        verbose_name_plural = _("moderation lists")

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> dict[int, str]:
        """The entries by the number of their line, from 1."""
        return {number: line.strip() for number, line in enumerate(self.entries.splitlines(), 1) if line.strip()}

    @property
    def filter(self) -> Filter:
        says = tuple((language, text) for language, field in LANGUAGES.items() if (text := getattr(self, field).strip()))
        same = {name: getattr(self, name) for name in ("name", "kind", "whole_words", "ignore_case", "on_prompt", "on_output")}
        return Filter(**same, entries=tuple(self.lines.values()), says=says)

    def clean(self) -> None:
        """Raises ``ValidationError`` with line and reason at the field."""
        if not (self.on_prompt or self.on_output):
            raise ValidationError({"on_output": _("The list would look nowhere: tick prompts, outputs or both.")})
        lines = self.lines
        if len(lines) > MAX_ENTRIES or sum(map(len, lines.values())) > MAX_CHARACTERS:
            bounds = {"entries": MAX_ENTRIES, "characters": MAX_CHARACTERS}
            raise ValidationError({"entries": _("At most %(entries)d entries of %(characters)d characters together.") % bounds})
        try:
            matcher(self.filter)
        except BadPattern as bad:
            named = {"line": [*lines][bad.place], "entry": bad.pattern, "reason": bad}
            raise ValidationError({"entries": _("Line %(line)d, “%(entry)s”: %(reason)s") % named}) from bad
