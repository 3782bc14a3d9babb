"""What the rest of the site may ask of moderation. Blocking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max
from django.utils.translation import get_language, gettext

from inference.moderation.filters import Filter
from inference.moderation.matching import search
from playground.moderation.models import WordList


def filters() -> tuple[Filter, ...]:
    """The lists that are enabled now."""
    stamp = WordList.objects.filter(enabled=True).aggregate(at=Max("updated"), count=Count("pk"))
    return _read(stamp["at"], stamp["count"]) if stamp["count"] else ()


@lru_cache(2)
def _read(at: datetime, count: int) -> tuple[Filter, ...]:
    return tuple(row.filter for row in WordList.objects.filter(enabled=True))


def broken_by(filters: Iterable[Filter], prompt: str) -> Filter | None:
    """The first of ``filters`` that forbids ``prompt``."""
    return next((filter for filter in filters if filter.on_prompt and search(filter, prompt) is not None), None)


def met_by(filters: Iterable[Filter], text: str) -> Filter | None:
    """The first of ``filters`` that ``text``, which somebody wants others to read, meets."""
    return next((filter for filter in filters if search(filter, text) is not None), None)


def after_prompt(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """What is left to be looked at once the prompt has been."""
    return tuple(filter.model_copy(update={"on_prompt": False}) for filter in filters if filter.on_output)


def said(filter: Filter) -> str:
    """What people are told, in the active language."""
    policy = filter.policy
    return policy.get(get_language() or "") or policy.get("") or gettext("This site does not allow that.")
