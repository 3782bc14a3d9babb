"""What the class saw, and when: gathered in a web process that the teacher is on, written at most twice a second, so many of a room."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from playground.classroom.models import Moment, Room
from playground.live.consumers import in_thread

MOST_MOMENTS = 20_000  # of a room
CALM_SECONDS = 0.5  # between two writings
BLINK = timedelta(milliseconds=50)  # tokens that come together are one moment


class Recorder:
    """Of one room in one asyncio loop. What two processes write of the same moment says the same."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._moments: list[Moment] = []
        self._seen = ("", -1)
        self._news = asyncio.Event()

    def seen(self, run: str, tokens: int) -> None:
        """The class sees so many tokens of ``run``."""
        if self._seen == (run, tokens):
            return
        self._seen, now = (run, tokens), timezone.now()
        last = self._moments[-1] if self._moments else None
        if last and last.run == run and last.tokens and now - last.at < BLINK:
            last.tokens = tokens
        else:
            self._add(Moment(room_id=self._room, at=now, run=run, tokens=tokens))

    def looked(self, view: Mapping[str, Any]) -> None:
        """The teacher looks there."""
        self._add(Moment(room_id=self._room, at=timezone.now(), view=dict(view)))

    def _add(self, moment: Moment) -> None:
        self._moments.append(moment)
        self._news.set()

    async def keep(self) -> None:
        """Write what comes, until cancelled; the first at once."""
        while True:
            await self._news.wait()
            self._news.clear()
            moments, self._moments = self._moments, []
            await in_thread(write)(self._room, moments)
            await asyncio.sleep(CALM_SECONDS)


def write(room: str, moments: Sequence[Moment]) -> None:
    """Keep them, as long as there is room for more and the lecture's room is there."""
    left = MOST_MOMENTS - Moment.objects.filter(room=room).count()
    with suppress(IntegrityError), transaction.atomic():
        if Room.objects.select_for_update().filter(pk=room).exists():
            Moment.objects.bulk_create(moments[: max(0, left)])
