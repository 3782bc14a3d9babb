"""Who of a room has a socket open, over all web processes: each says whom it has, and again before that is forgotten. Blocking.

A process that ends says so; one that is killed is forgotten after a while.
"""

from __future__ import annotations

import secrets
from collections.abc import Set
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from playground.classroom.models import Presence

SAY_SECONDS = 3.0
FORGOTTEN_SECONDS = 10.0
PROCESS = secrets.token_hex(8)


def say(room: str, here: Set[int], process: str = PROCESS) -> None:
    """Participants ``here`` are in ``room`` by this process. Nothing is said of a room that has been deleted."""
    row = Presence(room_id=room, process=process, participants=sorted(here), at=timezone.now())
    try:
        with transaction.atomic():
            Presence.objects.bulk_create(
                [row], update_conflicts=True, unique_fields=["room", "process"], update_fields=["participants", "at"]
            )
    except IntegrityError:
        return


def leave(room: str, process: str = PROCESS) -> None:
    """This process has nobody in ``room`` any more; what others left behind goes, too."""
    Presence.objects.filter(room=room, process=process).delete()
    Presence.objects.filter(at__lt=_oldest()).delete()


def elsewhere(room: str, process: str = PROCESS) -> frozenset[int]:
    """Participants who are in ``room`` by other processes than this one."""
    rows = Presence.objects.filter(room=room, at__gte=_oldest()).exclude(process=process)
    return frozenset(participant for row in rows for participant in row.participants)


def _oldest() -> datetime:
    return timezone.now() - timedelta(seconds=FORGOTTEN_SECONDS)
