"""The runs of one request: begun, followed together, ended when nobody listens. Knows nothing of OpenAI's shapes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from inference.events import Event
from inference.spec import RunSpec
from playground.api.openai.callers import Caller
from playground.api.openai.following import events, in_thread
from playground.live import starting
from playground.live.refusals import RunRefused
from playground.runs.models import Visibility
from playground.runs.services import Place

PATIENCE_SECONDS = 60.0  # for the further runs of a request, while others of the same key go on
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """What the run of prompt number ``prompt`` said."""

    prompt: int
    event: Event


class Work:
    """One run a prompt; they share a session, which whoever has its link may open."""

    def __init__(self, caller: Caller, specs: Sequence[RunSpec]) -> None:
        self._caller, self._specs = caller, specs
        self._first = ""
        self.session = ""  # none where the caller's runs are not kept

    async def begin(self) -> None:
        """Start the first run. Raises ``RunRefused``; then nothing has been started."""
        started = await self._start(self._specs[0])
        self._first, self.session = started.run, started.session

    async def heard(self) -> AsyncIterator[Heard]:
        """All events of all runs, each run's in order. Raises ``RunRefused``."""
        queue: asyncio.Queue[Heard | Exception | None] = asyncio.Queue(maxsize=256)
        room = asyncio.Semaphore(self._caller.allowance.active_runs or 1)
        tasks = [asyncio.create_task(self._follow(number, room, queue)) for number in range(len(self._specs))]
        try:
            going = len(tasks)
            while going:
                match await queue.get():
                    case None:
                        going -= 1
                    case Exception() as error:
                        raise error
                    case heard:
                        yield heard
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, number: int, room: asyncio.Semaphore, queue: asyncio.Queue[Heard | Exception | None]) -> None:
        try:
            async with room:
                run = self._first if number == 0 else (await self._start_patiently(self._specs[number])).run
                said = events(run)
                try:
                    async for event in said:
                        await queue.put(Heard(number, event))
                finally:
                    await said.aclose()  # type: ignore[attr-defined]  # ends the run, where it goes on
            await queue.put(None)
        except Exception as error:  # told to whoever listens
            await queue.put(error)

    async def _start_patiently(self, spec: RunSpec) -> starting.StartedRun:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await self._start(spec)
            except RunRefused as refused:
                if refused.errors[0].code not in ("too_many_runs", "too_many_waiting", "rate_limited") or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)

    async def _start(self, spec: RunSpec) -> starting.StartedRun:
        place = Place(session=self.session or None, kind="api", keep=self._caller.keeps, visibility=Visibility.LINK)
        return await in_thread(starting.start_run)(self._caller.owner, spec, place, self._caller.limits)
