"""A room as one web process holds it: the newest frame of each subject, packed once for all sockets, and the gate of the run that is shown.

The database is the truth. Whoever changes it rings a bell (a box in the event log); every process that has the room then reads it again, at
most ten times a second however much has changed. Sockets are woken and send what is newest, so that a slow one skips, and delays nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import msgpack
from django.db import DatabaseError

from inference.eventlog.protocol import LogUnavailable
from playground.classroom import game_making, presence, rooms
from playground.classroom.door import Door
from playground.classroom.gate import Gate
from playground.classroom.moments import Recorder
from playground.classroom.protocol import RoomServerMessage, TeacherView, Waiting, pack
from playground.classroom.state import Snapshot, snapshot
from playground.live.consumers import in_thread
from playground.live.hub import the_hub
from playground.runs import keeping
from playground.runs import services as runs

CALM_SECONDS = 0.1  # between two readings
LOOK_SECONDS = 2.0  # without a bell: it may have been missed
CHUNK = 64
FOR_ALL = ("room", "asked", "waiting", "view", "scores")
FOR_CLASS = ("game",)  # those who have joined, and the teacher
FOR_TEACHER = ("roster", "tally", "hand_ins", "room_usage", "game_desk", "lesson")

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Member:
    """One socket in the room."""

    teacher: bool
    participant: int | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False  # the stage has died


class Stage:
    """One room in one asyncio loop, as long as a socket is in it."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.members: set[Member] = set()
        self.frames: dict[str, bytes] = {}
        self.now: Snapshot | None = None
        self.gate: Gate | None = None
        self.recorder = Recorder(room)
        self.answers: dict[str, asyncio.Task[Any]] = {}  # to questions about the run that is shown, by question
        self.door = Door(room)
        self._waiting: Waiting | None = None
        self._reading = asyncio.Lock()
        self._dirty = asyncio.Event()
        self._moved = asyncio.Event()  # somebody came or went
        self._tasks: list[asyncio.Task[None]] = []
        self._gate_tasks: list[asyncio.Task[None]] = []
        self._telling: asyncio.TimerHandle | None = None  # the roster is packed then
        self._making: tuple[int, asyncio.Task[None]] | None = None  # the texts of a game

    async def begin(self) -> None:
        await self.read_again()
        self._tasks = [self._guarded(self._listen()), self._guarded(self._ring()), self._guarded(self._present()), self._guarded(self.recorder.keep())]

    def changed(self) -> None:
        """The database has changed: all processes are told soon."""
        self._dirty.set()

    async def read_again(self, beyond: int = -1) -> None:
        """Read the database, unless what is known is newer than version ``beyond``; a negative one: in any case."""
        async with self._reading:
            if beyond < 0 or self.now is None or self.now.version <= beyond:
                self._take(await in_thread(snapshot)(self.room))

    def enter(self, member: Member) -> None:
        self.members.add(member)
        self._here_changed(member)

    def leave(self, member: Member) -> None:
        self.members.discard(member)
        self._here_changed(member)
        if not self.members:
            self.close()

    def close(self) -> None:
        _stages().pop(self.room, None)
        if self._telling:
            self._telling.cancel()
        making = [self._making[1]] if self._making else []
        for task in [*self._tasks, *self._gate_tasks, *self.answers.values(), *making]:
            task.cancel()
        _aside(in_thread(presence.leave)(self.room))

    @property
    def here(self) -> set[int]:
        """Participants with a socket in this process."""
        return {member.participant for member in self.members if member.participant is not None}

    def _here_changed(self, member: Member) -> None:
        """A class that comes back at once is told at once. Other processes hear of it when they next look."""
        if member.participant is None:
            return
        self._moved.set()
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(CALM_SECONDS, self._tell_roster)

    def _tell_roster(self) -> None:
        self._telling = None
        if self.now:
            self._put(self.now.roster(self.here | self.now.elsewhere))

    async def _present(self) -> None:
        """Say who is here: when it changes, and again before it is forgotten."""
        while True:
            self._moved.clear()
            try:
                await in_thread(presence.say)(self.room, self.here)
            except DatabaseError:
                logger.warning("who is in a room could not be said", exc_info=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), presence.SAY_SECONDS)
            await asyncio.sleep(CALM_SECONDS)

    def _take(self, found: Snapshot | None) -> None:
        self.now = found
        if found is None:
            return self._wake(lambda member: True)
        for message in (found.room, found.scores, TeacherView(found.view), found.asked, found.hand_ins, found.game, found.lesson):
            self._put(message)
        if found.tally:
            self._put(found.tally)
        if found.desk:
            self._put(found.desk)
        if found.usage:
            self._put(found.usage)
        self._tell_roster()
        self._follow(found)
        self._look()
        self._make(found.making)
        self._wake(lambda member: member.participant is not None)  # their own standing may be another one

    def _put(self, message: RoomServerMessage) -> None:
        frame = pack(message)
        if self.frames.get(message.type) != frame:
            self.frames[message.type] = frame
            self._wake(lambda member: message.type in FOR_ALL or member.teacher)

    def _wake(self, whom: Callable[[Member], bool]) -> None:
        for member in self.members:
            if whom(member):
                member.wake.set()

    def _make(self, game: int | None) -> None:
        """See to it that a game gets its texts: begun here, or left by a process that is gone."""
        if game is not None and (self._making is None or self._making[0] != game):
            self._making = (game, self._guarded(self._made(game)))

    async def _made(self, game: int) -> None:
        await game_making.make(game)
        self.changed()

    def _follow(self, found: Snapshot) -> None:
        """Keep the gate of the run that is shown."""
        run = found.room.run
        if self.gate and self.gate.run == run:
            return self.gate.obey(found.rule)
        if self.gate:
            self.gate.open()
        for task in [*self._gate_tasks, *self.answers.values()]:
            task.cancel()
        self.answers.clear()
        self.gate, self._gate_tasks = None, []
        if run:
            self.gate = gate = Gate(run, found.rule, found.reached)
            gate.on_move = self._look
            self._gate_tasks = [self._guarded(self._feed(gate)), self._guarded(gate.run_on())]

    def _look(self) -> None:
        """Whether the run waits is told when it changes, not with every token."""
        gate = self.gate
        if gate and any(member.teacher for member in self.members):
            self.recorder.seen(gate.run, gate.steps)
        held = gate.held if gate else None
        place = (held.step, held.why, held.entropy) if held else (None, None, None)
        waiting = Waiting(gate.run if gate else None, *place)
        if waiting != self._waiting:
            self._waiting = waiting
            self._put(waiting)
            if gate:
                self._note(gate)

    def _note(self, gate: Gate) -> None:
        """How far the class has come is kept, so that a server that restarts does not begin again."""
        _aside(in_thread(rooms.note_reached)(self.room, gate.run, gate.steps))

    async def _feed(self, gate: Gate) -> None:
        """Bring the run's events to the gate."""
        gate.pace = await in_thread(runs.pace_of)(gate.run)
        hub = the_hub()
        head = await hub.head(gate.run)
        if head is None:
            trace = await in_thread(keeping.trace)(gate.run)
            for frame in trace.frames if trace else ():
                gate.add(_slim(frame))
            return
        epoch, subscription = head.epoch, hub.subscribe(gate.run, 0, head.last_seq)
        try:
            while True:
                await subscription.wait()
                if subscription.doubted:
                    if (head := await hub.head(gate.run)) is None:
                        await asyncio.sleep(CALM_SECONDS)
                        continue
                    if head.epoch != epoch:
                        epoch = head.epoch
                        gate.start_over()
                        subscription.trust(0)
                    else:
                        subscription.trust(subscription.cursor)
                for entry in await subscription.take(CHUNK):
                    gate.add(_slim(entry.data))
                    if entry.final:
                        return
        finally:
            subscription.close()

    async def _ring(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            async with self._reading:
                self._take(await in_thread(_rung)(self.room))
            await asyncio.sleep(CALM_SECONDS)

    async def _listen(self) -> None:
        """Hear what other processes have changed."""
        while True:
            version = self.now.version if self.now else 0
            subscription = the_hub().subscribe(rooms.bell(self.room, version + 1), 0, 0)
            try:
                rung = False
                while await subscription.wait(LOOK_SECONDS):
                    subscription.doubted = False
                    if await subscription.take(1):
                        rung = True
                        break
            except LogUnavailable:
                await asyncio.sleep(LOOK_SECONDS)
                rung = True
            finally:
                subscription.close()
            if not rung or self.now is None or self.now.version <= version:
                await self.read_again(beyond=version if rung else -1)
                await asyncio.sleep(CALM_SECONDS)

    def _guarded(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        task.add_done_callback(self._died)
        return task

    def _died(self, task: asyncio.Task[None]) -> None:
        """Sockets of a stage that failed close, so that their clients come back to a new one; silence would look like a quiet lecture."""
        if task.cancelled() or not (error := task.exception()):
            return
        logger.error("a room's stage died", exc_info=error)
        for member in self.members:
            member.lost = True
            member.wake.set()
        self.close()


def _aside(work: Any) -> None:
    """Do ``work`` without waiting for it; that it fails harms nobody."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _rung(room: str) -> Snapshot | None:
    """Tell all processes that the room has changed, and read it."""
    with suppress(LogUnavailable):
        rooms.ring(room)
    return snapshot(room)


def _slim(frame: bytes) -> dict[str, Any]:
    """An event without what the gate never looks at."""
    event: dict[str, Any] = msgpack.unpackb(frame)
    return {**event, "attention": None} if event.get("attention") else event


_all: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Stage]] = WeakKeyDictionary()
_opening: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _stages() -> dict[str, Stage]:
    return _all.setdefault(asyncio.get_running_loop(), {})


async def stage_of(room: str) -> Stage:
    """The room's stage in the running loop."""
    async with _opening.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        if room not in _stages():
            stage = Stage(room)
            await stage.begin()
            _stages()[room] = stage
        return _stages()[room]
