"""What the rest of the site may ask of limits. Blocking; every count is exact however many processes ask at once.

A run reserves all the tokens that it may take before it begins, in every share that it counts for, and gives back what it did not take when
it has been stored: what people take in a day never exceeds their limit. Whoever changes a day locks its row first; of several, in one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from playground.quotas.models import EVERYBODY, Bounds, Hold, Limit, Usage

RECORD_DAYS = 35
Whose = Literal["person", "room", "part"]  # a part: what one of a room may take of it


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many unfinished runs somebody may have, how many of them waiting, and new tokens a day; ``None``: no limit."""

    active_runs: int
    waiting_runs: int
    tokens_per_day: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """Whose runs are counted together under ``name``, and how many there may be. A person's name is their id; no other share has the name of one."""

    name: str
    allowance: Allowance
    whose: Whose = "person"


class DayIsSpent(RuntimeError):
    """A run may take more tokens than are left in ``share``: ``taken`` of them are gone, ``reserved`` may come back soon."""

    def __init__(self, share: Share, asked: int, taken: int, reserved: int) -> None:
        self.limit = share.allowance.tokens_per_day or 0
        self.left = max(0, self.limit - taken - reserved)
        super().__init__(f"{asked} tokens, and {self.left} of {self.limit} are left to {share.name}")
        self.share, self.asked, self.taken, self.reserved = share, asked, taken, reserved


def of_person(person: str) -> Allowance:
    """Their own limits, else those of everybody, else the configured ones."""
    rows = {row.person: row for row in Limit.objects.filter(person__in=[EVERYBODY, person])}
    config = settings.CONFIG
    configured = Allowance(config.max_active_runs, config.max_waiting_runs, config.tokens_per_day or None)
    return first_said([rows[name] for name in (person, EVERYBODY) if name in rows], configured)


def first_said(rows: Sequence[Bounds], configured: Allowance) -> Allowance:
    """Of each bound what the first of ``rows`` says that says something."""

    def said(name: str) -> int | None:
        return next((value for row in rows if (value := getattr(row, name)) is not None), None)

    active, waiting, day = said("active_runs"), said("waiting_runs"), said("tokens_per_day")
    return Allowance(
        configured.active_runs if active is None else active,
        configured.waiting_runs if waiting is None else waiting,
        configured.tokens_per_day if day is None else day,
    )


@transaction.atomic
def reserve(run: str, shares: Sequence[Share], tokens: int) -> None:
    """Set ``tokens`` of the day of each share aside for ``run``. Raises ``DayIsSpent`` for the first that has too few; then nothing has been set aside."""
    days = {day.person: day for day in _todays(sorted({share.name for share in shares}))}
    for share in shares:
        limit = share.allowance.tokens_per_day
        if limit is not None and days[share.name].tokens + tokens > limit:
            raise DayIsSpent(share, tokens, *_of(days[share.name]))
    Usage.objects.filter(pk__in=[day.pk for day in days.values()]).update(tokens=F("tokens") + tokens)
    Hold.objects.bulk_create(Hold(run=run, usage=day, tokens=tokens) for day in days.values())


def _todays(names: Sequence[str]) -> list[Usage]:
    """The days of ``names`` (ascending), locked; those that are not there begin. Nobody begins a day while they lock another, and all begin them in one order: nobody waits in a circle."""
    today = timezone.localdate()
    days = Usage.objects.filter(day=today, person__in=names)
    if len(names) == 1 and (found := _locked(days)):
        return found
    there = set(days.values_list("person", flat=True))
    Usage.objects.bulk_create([Usage(person=name, day=today) for name in names if name not in there], ignore_conflicts=True)
    return _locked(days)


@transaction.atomic
def settle(run: str, tokens: int) -> None:
    """``run`` is over and took ``tokens``. Harmless for one that was settled before, or that reserved nothing."""
    for hold in _held(run):
        Usage.objects.filter(pk=hold.usage_id).update(tokens=F("tokens") - hold.tokens + min(tokens, hold.tokens))
        hold.delete()


@transaction.atomic
def adopt(person: str, account: str) -> None:
    """What ``person`` took today, and what their runs may still take, counts as the account's."""
    today = timezone.localdate()
    theirs = Usage.objects.filter(person=person, day=today).first()
    if theirs is None:
        return
    own, _ = Usage.objects.get_or_create(person=account, day=today)
    rows = {row.pk: row for row in _locked(Usage.objects.filter(pk__in=[theirs.pk, own.pk]))}
    moved = rows[theirs.pk].tokens
    Hold.objects.filter(usage=theirs).update(usage=own)
    Usage.objects.filter(pk=theirs.pk).update(tokens=F("tokens") - moved)
    Usage.objects.filter(pk=own.pk).update(tokens=F("tokens") + moved)


def tokens_today(name: str) -> int:
    """Taken or reserved, of a person or another share."""
    return Usage.objects.filter(person=name, day=timezone.localdate()).values_list("tokens", flat=True).first() or 0


def all_tokens_today(names: Iterable[str]) -> dict[str, int]:
    """As ``tokens_today``, of those who took any."""
    return dict(Usage.objects.filter(person__in=list(names), day=timezone.localdate()).values_list("person", "tokens"))


def seconds_to_midnight() -> int:
    """Until the next day begins, whole seconds, at least 1."""
    tomorrow = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), time()))
    return int((tomorrow - timezone.now()).total_seconds()) + 1


def old() -> QuerySet[Usage]:
    """Days that need not be known any more."""
    return Usage.objects.filter(day__lt=timezone.localdate() - timedelta(days=RECORD_DAYS))


def _locked(days: QuerySet[Usage]) -> list[Usage]:
    """Read once nobody else changes them. Everybody locks in this order, so nobody waits in a circle."""
    return list(days.select_for_update().order_by("pk"))


def _held(run: str) -> list[Hold]:
    """What is set aside for ``run``, its days locked: whoever moves it (``adopt``) locks them first, too."""
    while found := list(Hold.objects.filter(run=run)):
        days = {hold.usage_id for hold in found}
        _locked(Usage.objects.filter(pk__in=days))
        if set(Hold.objects.filter(run=run).values_list("usage", flat=True)) == days:
            return found
    return []


def _of(usage: Usage) -> tuple[int, int]:
    """Tokens that are gone, and tokens that are reserved, of a locked day."""
    reserved = Hold.objects.filter(usage=usage).aggregate(all=Sum("tokens"))["all"] or 0
    return max(0, usage.tokens - reserved), reserved
