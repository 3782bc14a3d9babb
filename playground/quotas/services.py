"""What the rest of the site may ask of limits. Blocking; every count is exact however many processes ask at once.

A run reserves all the tokens that it may take before it begins, and gives back what it did not take when it has been stored: what
people take in a day never exceeds their limit. The reservation is one conditional ``UPDATE``, so nobody has to wait for anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from playground.quotas.models import EVERYBODY, Limit, Reservation, Usage

RECORD_DAYS = 35


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many unfinished runs somebody may have, how many of them waiting, and new tokens a day; ``None``: no limit."""

    active_runs: int
    waiting_runs: int
    tokens_per_day: int | None


class DayIsSpent(RuntimeError):
    """A run may take more tokens than are left: ``taken`` of them are gone, ``reserved`` may come back soon."""

    def __init__(self, asked: int, taken: int, reserved: int, limit: int) -> None:
        super().__init__(f"{asked} tokens, and {max(0, limit - taken - reserved)} of {limit} are left")
        self.asked, self.taken, self.reserved, self.limit = asked, taken, reserved, limit
        self.left = max(0, limit - taken - reserved)


def of_person(person: str) -> Allowance:
    """Their own limits, else those of everybody, else the configured ones."""
    rows = {row.person: row for row in Limit.objects.filter(person__in=[EVERYBODY, person])}

    def first(name: str, configured: int) -> int:
        found = (getattr(rows[key], name) for key in (person, EVERYBODY) if key in rows)
        return next((value for value in found if value is not None), configured)

    config = settings.CONFIG
    day = first("tokens_per_day", config.tokens_per_day or -1)
    return Allowance(first("active_runs", config.max_active_runs), first("waiting_runs", config.max_waiting_runs), None if day < 0 else day)


@transaction.atomic
def reserve(run: str, person: str, tokens: int, limit: int | None) -> None:
    """Set ``tokens`` of the person's day aside for ``run``. Raises ``DayIsSpent``; then nothing has been set aside."""
    usage, _ = Usage.objects.get_or_create(person=person, day=timezone.localdate())
    room = Usage.objects.filter(pk=usage.pk)
    if limit is not None:
        room = room.filter(tokens__lte=limit - tokens)
    if not room.update(tokens=F("tokens") + tokens):
        taken, reserved = _of(usage)
        raise DayIsSpent(tokens, taken, reserved, limit or 0)
    Reservation.objects.create(run=run, usage=usage, tokens=tokens)


@transaction.atomic
def settle(run: str, tokens: int) -> None:
    """``run`` is over and took ``tokens``. Harmless for one that was settled before, or that reserved nothing."""
    held = _held(run)
    if held is not None and Reservation.objects.filter(run=run).delete()[0]:
        Usage.objects.filter(pk=held.usage_id).update(tokens=F("tokens") - held.tokens + min(tokens, held.tokens))


@transaction.atomic
def adopt(person: str, account: str) -> None:
    """What ``person`` took today, and what their runs may still take, counts as the account's."""
    today = timezone.localdate()
    theirs = Usage.objects.filter(person=person, day=today).first()
    if theirs is None:
        return
    own, _ = Usage.objects.get_or_create(person=account, day=today)
    rows = {row.pk: row for row in Usage.objects.select_for_update().filter(pk__in=[theirs.pk, own.pk]).order_by("pk")}
    moved = rows[theirs.pk].tokens
    Reservation.objects.filter(usage=theirs).update(usage=own)
    Usage.objects.filter(pk=theirs.pk).update(tokens=F("tokens") - moved)
    Usage.objects.filter(pk=own.pk).update(tokens=F("tokens") + moved)


def tokens_today(person: str) -> int:
    """Taken or reserved."""
    return Usage.objects.filter(person=person, day=timezone.localdate()).values_list("tokens", flat=True).first() or 0


def seconds_to_midnight() -> int:
    """Until the next day begins, whole seconds, at least 1."""
    tomorrow = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), time()))
    return int((tomorrow - timezone.now()).total_seconds()) + 1


def old() -> QuerySet[Usage]:
    """Days that need not be known any more."""
    return Usage.objects.filter(day__lt=timezone.localdate() - timedelta(days=RECORD_DAYS))


def _held(run: str) -> Reservation | None:
    """What is set aside for ``run``, its day locked: whoever moves it (``adopt``) locks that first, too."""
    while (found := Reservation.objects.filter(run=run).first()) is not None:
        Usage.objects.select_for_update().filter(pk=found.usage_id).first()
        if Reservation.objects.filter(run=run, usage=found.usage_id).exists():
            return found
    return None


def _of(usage: Usage) -> tuple[int, int]:
    """Tokens that are gone, and tokens that are reserved."""
    whole = Usage.objects.values_list("tokens", flat=True).get(pk=usage.pk)
    reserved = sum(Reservation.objects.filter(usage=usage).values_list("tokens", flat=True))
    return max(0, whole - reserved), reserved
