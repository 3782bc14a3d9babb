"""Those who come to a room while others are being seated are seated together next: a transaction for each crowd, not for each person.

Knows nothing of sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.classroom import seats
from playground.classroom.models import Participant
from playground.live.consumers import in_thread

MOST_AT_ONCE = 100
CALM_SECONDS = 0.05  # between two crowds; whoever comes alone does not wait


@dataclass(eq=False)
class Arrival:
    person: str
    typed: str
    seated: asyncio.Future[Participant] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Door:
    """Of one room in one asyncio loop."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._waiting: list[Arrival] = []
        self._seating: asyncio.Task[None] | None = None

    async def seat(self, person: str, typed: str) -> Participant:
        """As ``seats.join``."""
        arrival = Arrival(person, typed)
        self._waiting.append(arrival)
        if self._seating is None:
            self._seating = asyncio.create_task(self._seat_all())
        return await arrival.seated

    async def _seat_all(self) -> None:
        try:
            while self._waiting:
                crowd, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._seat_crowd(crowd)
                await asyncio.sleep(CALM_SECONDS)
        finally:
            self._seating = None

    async def _seat_crowd(self, crowd: Sequence[Arrival]) -> None:
        try:
            answers = await in_thread(seats.join_all)(self._room, [(each.person, each.typed) for each in crowd])
        except Exception as error:  # each of them is told, as if they had come alone
            answers = [error] * len(crowd)
        for arrival, answer in zip(crowd, answers, strict=True):
            if arrival.seated.done():
                continue  # they have left
            if isinstance(answer, Exception):
                arrival.seated.set_exception(answer)
            else:
                arrival.seated.set_result(answer)
