"""The WebSocket ``/ws/runs/``: parse, call, forward. ``docs/protocol.md`` tells what is said on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from pydantic import ValidationError

from inference.eventlog.protocol import LogUnavailable
from inference.events import ErrorInfo
from playground.live import asking, starting
from playground.live.feed import Feed
from playground.live.hub import the_hub
from playground.live.language import language_of, speaking
from playground.live.limits import Bucket
from playground.live.line import THREADS, the_line
from playground.live.protocol import (
    CLIENT_MESSAGE,
    MAX_FRAME_BYTES,
    Accepted,
    Ack,
    AnyMessage,
    Ask,
    Cancel,
    Gap,
    Pending,
    Recovered,
    Refused,
    Resume,
    ServerMessage,
    Start,
    Watching,
    pack,
    unpack,
)
from playground.live.refusals import RunRefused, errors_of
from playground.live.stored import StoredFeed
from playground.live.window import Window
from playground.runs import keeping
from playground.runs import services as runs
from playground.runs.traces import DamagedTrace, Trace

MAX_RUNS = 16  # followed at once on one socket
MAX_QUESTIONS = 8  # that wait for their answers
MOMENT_SECONDS = 0.2  # in which a start is answered as a rule
FLOODED, TOO_BIG, MOVED, FAILED = 4008, 4009, 4010, 4011  # Autobahn lets an application close with 1000 or 3000 to 4999 only

logger = logging.getLogger(__name__)


class NoSuchSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Refuses the handshake: there is no WebSocket at this address."""

    async def connect(self) -> None:
        await self.close()


class RunConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket of one person, following any number of their runs."""

    async def connect(self) -> None:
        self.owner = runs.owner_of(self.scope)
        self.language = language_of(self.scope)
        self.window = Window()
        self.messages = Bucket(rate=20.0, burst=60.0)  # beside acknowledgements
        self.frames = Bucket(rate=500.0, burst=2000.0)
        self.pumps: dict[str, asyncio.Task[None]] = {}
        self.questions: set[asyncio.Task[None]] = set()
        self.owned: set[str] = set()
        self.ended = False
        await self.accept()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As Channels', without a visit to another thread for each frame: what asks the database here closes its connection itself (``in_thread``)."""
        await getattr(self, get_handler_name(message))(message)

    async def disconnect(self, code: int) -> None:
        for task in (*getattr(self, "pumps", {}).values(), *getattr(self, "questions", ())):
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.ended:
            return  # what was on its way when the socket was closed
        if not self.frames.take():
            await self.end(FLOODED)
        elif bytes_data is None:
            await self.refuse(None, None, ErrorInfo("not_binary", "frames are binary MessagePack maps"))
        elif len(bytes_data) > MAX_FRAME_BYTES:
            await self.end(TOO_BIG)
        else:
            await self.read(bytes_data)

    async def read(self, frame: bytes) -> None:
        """One frame: a message, or the reason why it is none."""
        try:
            value = unpack(frame)
        except ValueError as error:
            return await self.refuse(None, None, ErrorInfo("not_messagepack", str(error)[:200]))
        ref, run = _echo(value, "ref"), _echo(value, "run")
        try:
            message = self.parsed(value)
        except ValidationError as error:
            return await self.refuse(ref, run, *errors_of(error))
        if isinstance(message, Ack):
            return self.window.ack(message.run, message.seq)
        if not self.messages.take():
            return await self.refuse(ref, run, ErrorInfo("rate_limited", "too many messages; wait a moment"))
        if not await self.scope["still"]():
            return await self.end(MOVED)  # its client comes back as whoever they are now, and says this again
        await self.attempt(self.handle(message), ref, run)

    def parsed(self, value: Any) -> Any:
        """The message that ``value`` is. Raises ``ValidationError``."""
        return CLIENT_MESSAGE.validate_python(value)

    async def attempt(self, action: Awaitable[None], ref: str | None, run: str | None) -> None:
        """Do what a message asks for, or say why not."""
        try:
            await action
        except RunRefused as refused:
            await self.refuse(ref, run, *refused.errors)
        except LogUnavailable:
            await self.refuse(ref, run, ErrorInfo("unavailable", "the event log does not answer; try again in a moment"))
        except Exception:
            logger.exception("a message failed")
            await self.refuse(ref, run, ErrorInfo("internal", "the server failed; try again"))

    async def handle(self, message: AnyMessage) -> None:
        match message:
            case Start():
                await self.start(message)
            case Resume():
                await self.resume(message)
            case Watching():
                await self.check_owned(message.run)
                await in_thread(starting.watch_run)(message.run, message.watch)
            case Cancel():
                await self.check_owned(message.run)
                await in_thread(starting.cancel_run)(message.run)
            case Ask():
                await self.ask(message)

    async def start(self, message: Start) -> None:
        self.check_room(message.ref)
        with the_line.joined() as ahead, self.place_told(message.ref, ahead):
            started = await self.begin(message)
        self.owned.add(started.run)
        await self.say(Accepted(message.ref, started.run, started.session, started.epoch, started.seed, started.position))
        await self.follow(started.run, 0)

    @contextmanager
    def place_told(self, ref: str, ahead: Callable[[], int]) -> Iterator[None]:
        """Whoever waits for more than a moment hears how many are before them."""

        async def tell() -> None:
            await asyncio.sleep(MOMENT_SECONDS)
            while place := ahead():
                await self.say(Pending(ref, place))
                await asyncio.sleep(1.0)

        task = asyncio.create_task(tell())
        try:
            yield
        finally:
            task.cancel()

    async def begin(self, message: Start) -> starting.StartedRun:
        return await self.started(message)

    async def started(self, message: Start, limits: starting.Limits | None = None) -> starting.StartedRun:
        place = runs.Place(message.session, message.parent, message.kind)
        start = in_thread(speaking(self.language, starting.start_run), THREADS)
        started: starting.StartedRun = await start(self.owner, message.spec, place, limits)
        return started

    async def resume(self, message: Resume) -> None:
        await self.check_readable(message.run)
        self.check_room(message.run)
        kept = await the_hub().head(message.run) or await self.trace(message.run)
        await self.leave(message.run)
        fits = message.epoch in (None, kept.epoch) and message.last_seq <= kept.last_seq
        after = message.last_seq if fits else 0
        await self.say(Recovered(message.run, kept.epoch, after) if fits else Gap(message.run, kept.epoch))
        if isinstance(kept, Trace):
            self.pump(message.run, StoredFeed(kept, after, self.window, self.send_bytes))
        else:
            await self.follow(message.run, after)

    async def trace(self, run: str) -> Trace:
        """What is stored of a run whose log is gone."""
        try:
            trace: Trace | None = await in_thread(keeping.trace)(run)
        except DamagedTrace as error:
            raise RunRefused(ErrorInfo("damaged", str(error), "run", run)) from error
        if trace is None:
            raise RunRefused(ErrorInfo("expired", "the events of this run are no longer kept", "run", run))
        return trace

    async def ask(self, message: Ask) -> None:
        """Answers take their time: they are waited for aside."""
        await self.check_owned(message.run)
        if len(self.questions) >= MAX_QUESTIONS:
            error = ErrorInfo("too_many_questions", "too many questions at once", value=str(len(self.questions)), bound=f"<= {MAX_QUESTIONS}")
            raise RunRefused(error)
        waiting = asyncio.create_task(self.attempt(self.bring(message), message.ref, message.run))
        self.questions.add(waiting)
        waiting.add_done_callback(self.questions.discard)

    async def bring(self, message: Ask) -> None:
        inquiry = await in_thread(asking.inquiry)(self.owner, message)
        await self.send_bytes(await asking.answer(the_hub(), inquiry, in_thread(asking.enqueue)))

    async def follow(self, run: str, after: int) -> None:
        """Send ``run`` from ``after`` on."""
        head = await the_hub().head(run)
        if head is None:
            raise RunRefused(ErrorInfo("expired", "the events of this run are no longer kept", "run", run))
        self.pump(run, Feed(the_hub(), run, head, after, self.window, self.send_bytes))

    def pump(self, run: str, feed: Feed | StoredFeed) -> None:
        self.pumps[run] = pump = asyncio.create_task(feed.pump())
        pump.add_done_callback(lambda done: self.pump_ended(run, done))

    async def leave(self, run: str) -> None:
        """Stop sending ``run``."""
        if (pump := self.pumps.pop(run, None)) is not None:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)

    def pump_ended(self, run: str, pump: asyncio.Task[None]) -> None:
        """A pump that failed closes its socket, so that the client comes back and resumes; silence would look like a slow model."""
        if self.pumps.get(run) is pump:
            del self.pumps[run]
        if not pump.cancelled() and (error := pump.exception()):
            logger.error("a pump died", exc_info=error, extra={"run": run})
            self.closing = asyncio.ensure_future(self.end(FAILED))

    async def end(self, code: int) -> None:
        """Close the socket; nothing that still arrives on it counts."""
        self.ended = True
        await self.close(code)

    async def check_readable(self, run: str) -> None:
        """As ``check_owned``, but a run that is shared may be read by all who know its id."""
        if run not in self.owned and not await in_thread(runs.may_read)(self.owner, run):
            raise RunRefused(ErrorInfo("not_found", "there is no such run", "run", run))

    async def check_owned(self, run: str) -> None:
        """A foreign run and an absent one are the same."""
        if run in self.owned:
            return
        if not await in_thread(runs.owns)(self.owner, run):
            raise RunRefused(ErrorInfo("not_found", "there is no such run", "run", run))
        self.owned.add(run)

    def check_room(self, run: str) -> None:
        if len(self.pumps) >= MAX_RUNS and run not in self.pumps:
            raise RunRefused(ErrorInfo("too_many_runs", "too many runs on one socket", value=str(len(self.pumps)), bound=f"<= {MAX_RUNS}"))

    async def send_bytes(self, data: bytes) -> None:
        await self.base_send({"type": "websocket.send", "bytes": data})

    async def say(self, message: ServerMessage) -> None:
        await self.send_bytes(pack(message))

    async def refuse(self, ref: str | None, run: str | None, *errors: ErrorInfo) -> None:
        await self.say(Refused(ref, run, list(errors)))


def in_thread(function: Any, threads: Executor | None = None) -> Any:
    """Blocking code, in parallel threads: SQLite waits there, not the loop."""
    return database_sync_to_async(function, thread_sensitive=False, executor=threads)


def _echo(value: Any, name: str) -> str | None:
    """What a message called itself, even if the rest of it is refused."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= 64 else None
