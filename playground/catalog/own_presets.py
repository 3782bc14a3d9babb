"""Presets of a person's own: kept, listed, changed and deleted. Blocking; knows nothing of HTTP.

One that is foreign or absent is the same: ``NoSuchPreset``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import ValidationError as Unfit
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from inference.events import ErrorInfo
from inference.spec import SamplingParams
from playground.catalog import rules
from playground.catalog.models import OwnPreset as Row
from playground.live.refusals import RunRefused, shown

MOST = 50  # of one person
MAX_NAME = 60
MAX_BYTES = 16 * 1024  # of the settings, as JSON

log = structlog.get_logger(__name__)


class NoSuchPreset(LookupError):
    """The person has none of that id."""


@dataclass(frozen=True, slots=True)
class OwnPreset:
    id: str
    name: str
    sampling: SamplingParams


def listed(person: str) -> list[OwnPreset]:
    """The oldest first."""
    return list(_readable(person))


def keep(person: str, name: str, sampling: dict[str, Any]) -> OwnPreset:
    """Raises ``RunRefused`` where the settings are none of a preset's, the name is taken, or there are too many."""
    _check(sampling)
    with transaction.atomic():
        row = _saved(Row(owner=person, name=name, sampling=sampling))
        if (count := Row.objects.filter(owner=person).count()) > MOST:
            raise RunRefused(ErrorInfo("too_many_presets", f"you have {MOST} presets already; delete one first", "name", str(count - 1), f"< {MOST}"))
    return _of(row)


def change(person: str, preset: str, name: str | None = None, sampling: dict[str, Any] | None = None) -> OwnPreset:
    """Another name, or other settings. Raises ``NoSuchPreset`` or ``RunRefused``."""
    row = _one(person, preset)
    if sampling is not None:
        _check(sampling)
    row.name, row.sampling = name or row.name, row.sampling if sampling is None else sampling
    with transaction.atomic():
        return _of(_saved(row))


def delete(person: str, preset: str) -> None:
    """Raises ``NoSuchPreset``."""
    _one(person, preset).delete()


@transaction.atomic
def adopt(person: str, account: str) -> None:
    """An anonymous person's become the account's, as far as it has no such name and room for them."""
    taken = set(Row.objects.filter(owner=account).values_list("name", flat=True))
    new = [row.pk for row in Row.objects.filter(owner=person) if row.name not in taken]
    Row.objects.filter(pk__in=new[: max(0, MOST - len(taken))]).update(owner=account)
    forget(person)


def forget(person: str) -> None:
    """Delete all of them."""
    Row.objects.filter(owner=person).delete()


def _check(sampling: dict[str, Any]) -> None:
    written = json.dumps(sampling)
    if len(written) > MAX_BYTES:
        raise RunRefused(ErrorInfo("too_long", "the settings are too long to be kept", "sampling", str(len(written)), f"<= {MAX_BYTES} bytes"))
    if "\\u0000" in written:
        raise RunRefused(ErrorInfo("bad_character", "the settings hold a character that cannot be kept", "sampling", "\\x00"))
    try:
        rules.check_preset(sampling)
    except Unfit as error:
        raise RunRefused(*(ErrorInfo("bad_preset", message, "sampling", None) for message in error.message_dict["sampling"][:10])) from error


def _saved(row: Row) -> Row:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise RunRefused(ErrorInfo("name_taken", "you have a preset of that name already", "name", shown(row.name))) from error
    return row


def _one(person: str, preset: str) -> Row:
    row = None if "\0" in preset else Row.objects.filter(owner=person, pk=preset).first()
    if row is None:
        raise NoSuchPreset(preset)
    return row


def _readable(person: str) -> Iterator[OwnPreset]:
    """One that another version of the site wrote must not take the page away."""
    for row in Row.objects.filter(owner=person):
        try:
            yield _of(row)
        except ValidationError:
            log.warning("preset.unreadable", preset=row.pk)


def _of(row: Row) -> OwnPreset:
    return OwnPreset(row.pk, row.name, rules.settings_of(row.sampling))
