"""The WebSocket ``/ws/rooms/<code>/``: everything of ``/ws/runs/``, and the room. Parse, check who it is, call, forward."""

from __future__ import annotations

import asyncio
from typing import Any

import msgpack

from playground.classroom import course, game_playing, games, handing, limits, polls, rooms, seats
from playground.classroom.actions import (
    ROOM_MESSAGE,
    ROOM_TYPES,
    AskClass,
    AskLesson,
    CastVote,
    ChangeRoom,
    ClosePoll,
    EndRoom,
    GiveRun,
    GoToStep,
    Hold,
    Join,
    PickLesson,
    Point,
    RemovePerson,
    RevealPoll,
    ShowRun,
)
from playground.classroom.game_messages import AnswerGame, GoOnWithGame, MatchGame, OddGame
from playground.classroom.gate import Gate
from playground.classroom.gated import GatedFeed
from playground.classroom.models import Participant, Poll, Room
from playground.classroom.protocol import Done, Role, You, pack
from playground.classroom.refusing import refusal
from playground.classroom.stage import FOR_ALL, FOR_CLASS, FOR_TEACHER, Member, Stage, stage_of
from playground.live import asking, starting
from playground.live.consumers import FAILED, RunConsumer, in_thread
from playground.live.hub import the_hub
from playground.live.limits import Bucket, Buckets
from playground.live.protocol import Ask, Start
from playground.live.refusals import RunRefused
from playground.live.stored import StoredFeed
from playground.runs import services as runs

NO_ROOM = 4404
HELD_SECONDS = 5.0  # the engine is waited for that long, when the class is to be asked
SUBJECTS: dict[Role, tuple[str, ...]] = {"teacher": FOR_ALL + FOR_CLASS + FOR_TEACHER, "student": FOR_ALL + FOR_CLASS, "guest": FOR_ALL, "removed": ()}
starts = Buckets(rate=0.5, burst=6.0)
joins = Buckets(rate=0.5, burst=10.0)


class RoomConsumer(RunConsumer):
    """One socket of one person in a room. What somebody is, is asked of the stage each time: it may have changed."""

    async def connect(self) -> None:
        await super().connect()
        self.pointing = Bucket(rate=30.0, burst=60.0)
        self.telling: asyncio.Task[None] | None = None
        try:
            self.room, seat = await in_thread(entering)(self.scope["url_route"]["kwargs"]["code"], self.owner)
        except RunRefused as refused:
            await self.refuse(None, None, *refused.errors)
            return await self.end(NO_ROOM)
        self.stage: Stage = await stage_of(self.room.pk)
        self.member = Member(self.owner == self.room.teacher, seat.pk if seat else None)
        self.stage.enter(self.member)
        self.member.wake.set()
        self.telling = asyncio.create_task(self.tell())

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self.telling:
            self.telling.cancel()
            self.stage.leave(self.member)

    @property
    def role(self) -> Role:
        now, seat = self.stage.now, self.member.participant
        if self.member.teacher:
            return "teacher"
        if now and seat in now.removed:
            return "removed"
        return "student" if seat is not None else "guest"

    async def tell(self) -> None:
        """Send the newest of each subject, whenever something is newer than what was sent."""
        sent: dict[str, object] = {}
        while True:
            await self.member.wake.wait()
            self.member.wake.clear()
            if self.member.lost or self.stage.now is None:
                return await self.end(FAILED if self.member.lost else NO_ROOM)
            you = self.you()
            if sent.get("you") != you:
                sent["you"] = you
                await self.send_bytes(pack(you))
            for name in SUBJECTS[self.role]:
                frame = self.stage.frames.get(name)
                if frame is not None and sent.get(name) is not frame:
                    sent[name] = frame
                    await self.send_bytes(frame)
            if self.role == "removed":
                await self.leave_class()

    def you(self) -> You:
        now, seat = self.stage.now, self.member.participant
        found = now.you.get(seat) if now and seat is not None else None
        return found or You(self.role, seat, None, None, 0.0, 0.0, None, None, None, [], 0.0, None, None, None)

    async def leave_class(self) -> None:
        """Nothing more of what the class sees."""
        for run in [run for run in self.pumps if run not in self.owned]:
            await self.leave(run)

    def parsed(self, value: Any) -> Any:
        if isinstance(value, dict) and value.get("type") in ROOM_TYPES:
            return ROOM_MESSAGE.validate_python(value)
        return super().parsed(value)

    async def handle(self, message: Any) -> None:
        match message:
            case Join() | CastVote() | GiveRun() | AnswerGame():
                await self.by_student(message)
            case Point() | ChangeRoom() | ShowRun() | Hold() | AskClass() | ClosePoll() | RevealPoll() | RemovePerson() | EndRoom() | PickLesson() | GoToStep() | AskLesson():
                await self.by_teacher(message)
                if not isinstance(message, Point):
                    await self.stage.read_again()  # what is done holds from now on, also for what somebody else has just sent
            case MatchGame() | OddGame() | GoOnWithGame():
                self.check_teacher()
                await game_playing.by_teacher(self.room.pk, self.owner, self.language, message)
                await self.stage.read_again()
            case _:
                return await super().handle(message)
        self.stage.changed()
        if not isinstance(message, Point):
            await self.send_bytes(pack(Done(message.ref)))

    async def by_student(self, message: Join | CastVote | GiveRun | AnswerGame) -> None:
        room = self.room.pk
        match message:
            case Join():
                await self.join(message)
            case CastVote():
                await in_thread(polls.vote)(room, self.owner, message.poll, message.token, message.guess)
            case AnswerGame():
                await in_thread(games.answer)(room, self.owner, message.game, message.picks)
            case GiveRun():
                await in_thread(handing.hand_in)(room, self.owner, message.run)

    async def join(self, message: Join) -> None:
        if self.member.teacher:
            raise refusal("you_teach", "this is your own room")
        if not joins.take(self.owner):
            raise refusal("rate_limited", "too many attempts to join; wait a moment")
        self.member.participant = (await self.stage.door.seat(self.owner, message.nickname)).pk
        self.member.wake.set()

    async def by_teacher(self, message: Any) -> None:
        self.check_teacher()
        room = self.room.pk
        match message:
            case Point():
                await in_thread(rooms.change)(room, {"view": message.view})
                self.stage.recorder.looked(message.view)
            case ChangeRoom():
                await in_thread(rooms.change)(room, {name: getattr(message, name) for name in message.model_fields_set - {"type", "ref"}})
            case ShowRun():
                await self.show(message.run)
            case Hold():
                await self.hold(message.what)
            case AskClass():
                await self.ask_class(message.options)
            case ClosePoll():
                await in_thread(polls.close)(room)
            case RevealPoll():
                await self.reveal()
            case PickLesson():
                await in_thread(course.pick)(room, message.lesson)
            case GoToStep():
                await in_thread(course.go)(room, message.lesson, message.step)
            case AskLesson():
                await in_thread(course.ask)(room)
            case RemovePerson():
                await in_thread(seats.remove)(room, message.participant)
            case EndRoom():
                await in_thread(rooms.end)(room)

    def check_teacher(self) -> None:
        if self.role != "teacher":
            raise refusal("not_teacher", "only the teacher of this room may do that")
        if self.stage.now and self.stage.now.over:
            raise refusal("room_over", "this room has ended")

    async def show(self, run: str) -> None:
        """Let the class see ``run``."""
        handed = await in_thread(handing.was_handed_in)(self.room.pk, run)
        if not handed:
            await self.check_owned(run)
        handed = await in_thread(games.of_game)(self.room.pk, run) or handed
        await in_thread(polls.drop_open)(self.room.pk)
        hold_at = None if handed else await in_thread(course.waits_at)(self.room.pk, run)
        await in_thread(rooms.show)(self.room.pk, run, whole=handed, hold_at=hold_at)
        await self.stage.read_again()

    async def hold(self, what: str) -> None:
        gate = self.shown()
        if self.asked_open("token"):
            raise refusal("poll_open", "the class is being asked; reveal that first")
        at = gate.held.step if gate.held else gate.steps
        passed = at + 1 if gate.held and what != "pause" else at
        hold_at = None if what == "go" else passed
        await in_thread(rooms.go_on)(self.room.pk, gate.run, passed, hold_at)

    async def ask_class(self, options: int) -> None:
        gate = self.shown()
        if self.asked_open():
            raise refusal("poll_open", "the class is already being asked; reveal that first")
        await in_thread(games.check_over)(self.room.pk)
        if gate.held is None and not gate.finished:
            await self.hold("pause")
            await self.stage.read_again()
            await gate.wait_held(HELD_SECONDS)
        if gate.held is None:
            raise refusal("nothing_waits", "the run has no further token to ask for")
        await in_thread(games.put_away)(self.room.pk)
        await in_thread(polls.ask)(self.room.pk, gate.tokens[gate.held.step], options)

    def shown(self) -> Gate:
        if self.stage.gate is None:
            raise refusal("nothing_shown", "the class sees no run yet")
        return self.stage.gate

    async def reveal(self) -> None:
        """Of a token's question: the class looks at the token before the next comes."""
        poll = await in_thread(polls.reveal)(self.room.pk)
        if poll.kind == Poll.TOKEN:
            await in_thread(rooms.go_on)(self.room.pk, poll.run, poll.step + 1, poll.step + 1)

    def asked_open(self, kind: str | None = None) -> bool:
        """Whether the class is being asked (something of this ``kind``)."""
        question = self.stage.now.room.question if self.stage.now else None
        return question is not None and question.state != "revealed" and kind in (None, question.kind)

    async def begin(self, message: Start) -> starting.StartedRun:
        if self.role == "teacher":
            started = await super().begin(message)
            if self.stage.now and self.stage.now.room.live:
                self.owned.add(started.run)
                await self.show(started.run)
                self.stage.changed()
            return started
        self.check_student_run(message)
        return await self.started(message, await in_thread(student_limits)(self.room.pk, self.owner))

    def check_student_run(self, message: Start) -> None:
        """What a student's own run may be."""
        now = self.stage.now
        if self.role != "student" or now is None:
            raise refusal("not_joined", "join the room first") if self.role == "guest" else refusal("removed", "the teacher has removed you from this room")
        room = now.room
        if room.ended:
            raise refusal("room_over", "this room has ended")
        if room.forks_muted:
            raise refusal("forks_muted", "the teacher has switched runs of one's own off")
        if self.asked_open() or now.game_asks:
            raise refusal("voting", "wait for the reveal: a run of your own would tell")
        if room.model and message.spec.model != room.model:
            raise refusal("pinned_model", f"this room works with {room.model}", "model", message.spec.model, f"one of {room.model}")
        given = len(message.spec.output_token_ids)
        if (asked := (message.spec.sampling.max_tokens or 0) - given) > room.max_tokens:
            raise refusal("less_than_equal", f"in this room a run takes at most {room.max_tokens} tokens", "sampling.max_tokens", asked, f"<= {room.max_tokens}")

    async def follow(self, run: str, after: int) -> None:
        gate = self.stage.gate
        if gate is None or gate.run != run:
            return await super().follow(run, after)
        if (head := await the_hub().head(run)) is None:
            raise refusal("expired", "the events of this run are no longer kept", "run", run)
        self.pump(run, GatedFeed(the_hub(), gate, head, after, self.window, self.send_bytes))

    def pump(self, run: str, feed: Any) -> None:
        gate = self.stage.gate
        if isinstance(feed, StoredFeed) and gate and gate.run == run and not gate.finished and run not in self.owned:
            raise refusal("expired", "the events of this run are no longer kept", "run", run)
        super().pump(run, feed)

    async def check_readable(self, run: str) -> None:
        if self.sees(run) or (self.role == "teacher" and await in_thread(handing.was_handed_in)(self.room.pk, run)):
            return
        await super().check_readable(run)

    def sees(self, run: str) -> bool:
        """Whether ``run`` is what the class sees, and one is of the class."""
        return self.role in ("teacher", "student") and self.stage.gate is not None and self.stage.gate.run == run

    async def ask(self, message: Ask) -> None:
        if not self.sees(message.run) or message.run in self.owned or await in_thread(runs.owns)(self.owner, message.run):
            return await super().ask(message)
        if not self.shown().finished:
            raise refusal("withheld", "this can be asked when the class has seen the whole run")
        waiting = asyncio.create_task(self.attempt(self.bring_shared(message), message.ref, message.run))
        self.questions.add(waiting)
        waiting.add_done_callback(self.questions.discard)

    async def bring_shared(self, message: Ask) -> None:
        """What the whole class asks is asked once."""
        name = f"{message.sample} {message.question.model_dump_json()}"
        task = self.stage.answers.get(name)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self.stage.answers[name] = asyncio.create_task(self.answered(message))
        answer: dict[str, Any] = msgpack.unpackb(await asyncio.shield(task))
        await self.send_bytes(msgpack.packb({**answer, "ref": message.ref}))

    async def answered(self, message: Ask) -> bytes:
        inquiry = await in_thread(asking.inquiry)(f"room {self.room.pk}", message)
        return await asking.answer(the_hub(), inquiry, in_thread(asking.enqueue))


def entering(code: str, person: str) -> tuple[Room, Participant | None]:
    """The room, and where ``person`` sits in it. Raises ``RunRefused``."""
    room = rooms.by_code(code)
    return room, seats.seat_of(room.pk, person)


def student_limits(room: str, person: str) -> starting.Limits:
    """As the room is now. Raises ``RunRefused`` where it, or the seat in it, has just gone."""
    seat = seats.voter(room, person)
    return starting.Limits(starts, *limits.of_student(seat.room, seat.pk, person))
