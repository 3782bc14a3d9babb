"""Starting points for the settings, as the page offers them: the rows of the panel, in their order. Titles are in the active language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from inference.spec import SamplingParams
from playground.catalog import rules
from playground.catalog.models import Preset as Row

log = structlog.get_logger(__name__)

# What those that come with the site are called, wherever their row does not say it.
OWN_TEXTS: dict[str, tuple[Any, Any]] = {
    "greedy": (pgettext_lazy("preset", "Greedy"), _("Always the most likely token. No dice.")),
    "precise": (pgettext_lazy("preset", "Precise"), _("Close to the most likely text, with a little room.")),
    "balanced": (pgettext_lazy("preset", "Balanced"), _("Varied, and still to the point.")),
    "creative": (pgettext_lazy("preset", "Creative"), _("Takes less likely turns, without repeating itself.")),
    "wild": (pgettext_lazy("preset", "Wild"), _("The whole vocabulary, flattened. See why filters exist.")),
}


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    title: str
    description: str
    sampling: SamplingParams


def presets() -> list[Preset]:
    """Those that are on, in their order."""
    return list(_readable(Row.objects.filter(enabled=True)))


def starting() -> Preset:
    """The one that the page opens with: the first so marked, else the first at all, else the engine's own settings."""
    rows = Row.objects.filter(enabled=True).order_by("-starting", "position", "name")
    return next(_readable(rows), Preset("", "", "", SamplingParams()))


def _readable(rows: Iterable[Row]) -> Iterator[Preset]:
    """A row that another version of the site wrote must not take the page away from everybody."""
    for row in rows:
        try:
            yield of_row(row)
        except ValidationError:
            log.warning("preset.unreadable", preset=row.name)


def of_row(row: Row) -> Preset:
    """As it is shown in the active language."""
    title, description = OWN_TEXTS.get(row.name, (row.name, ""))
    return Preset(
        row.name, _text(row, "title") or str(title), _text(row, "description") or str(description), rules.settings_of(row.sampling)
    )


def _text(row: Row, field: str) -> str:
    """In the active language, else in the first."""
    suffix = {"zh-hant": "_zh_hant", "zh-hans": "_zh_hans"}.get(get_language() or "", "")
    return str(getattr(row, field + suffix) or getattr(row, field))
