"""A lecture as a session: what is kept of what the class saw, for how long, and of whom nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playground.classroom import lectures, rooms, seats
from playground.classroom.models import Lecture, Moment, Poll, Room, Vote
from playground.classroom.moments import MOST_MOMENTS, write
from playground.classroom.recorded import MOST_BYTES, Ask, record
from playground.live.refusals import RunRefused
from playground.runs import exports, keeping, sessions
from playground.runs.models import PromptSession, Run, RunState
from tests.inference.worker.engine import SmallEngine
from tests.playground.classroom.people import Person
from tests.playground.classroom.test_rooms import as_person
from tests.playground.runs.kept import stored_run

TABLE = [{"id": 5, "piece": b" fox".hex(), "p": 0.5}, {"id": 6, "piece": b" owl".hex(), "p": 0.25}]
DICE = {"greedy": False, "u": 0.6, "low": 0.5, "high": 0.75}
db = pytest.mark.django_db


@pytest.fixture
def room(db: None) -> Room:
    return rooms.open_room("teacher", "Owls", language="en")


def seen(room: Room, run: Run, *tokens: int) -> None:
    """The class sees so many tokens, a second after each other, from the first second on."""
    rows = [Moment(room=room, at=room.created + timedelta(seconds=1 + n), run=run.pk, tokens=count) for n, count in enumerate(tokens)]
    write(room.pk, rows)


def asked(room: Room, run: Run, votes: dict[str, int | None]) -> None:
    poll = Poll.objects.create(room=room, run=run.pk, step=2, options=[6, 5], table=TABLE, drawn=6, dice=DICE, revealed=timezone.now())
    for name, token in votes.items():
        seat = seats.join(room.pk, name, name)
        Vote.objects.create(poll=poll, participant=seat, token=token, guess="" if token else "a secret", p=0.0, insight=0.0, luck=0.0)


def test_a_lecture_is_a_session_of_the_teachers_with_copies_of_what_the_class_saw(room: Room) -> None:
    run, other = stored_run("teacher"), stored_run("teacher")
    seen(room, run, 0, 1, 2)
    write(room.pk, [Moment(room=room, at=room.created + timedelta(seconds=2.5), view={"tab": "attention", "picked": 1})])
    session = PromptSession.objects.get(pk=lectures.kept(room))
    copy = session.runs.get()
    assert (session.owner, session.title, session.visibility) == ("teacher", "Owls", "private")
    assert copy.pk not in (run.pk, other.pk)
    kept, original = keeping.trace(copy.pk), keeping.trace(run.pk)
    assert kept is not None
    assert original is not None
    assert kept.frames == [sessions.renamed(frame, copy.pk) for frame in original.frames]
    lecture = session.draft["lecture"]
    assert (lecture["runs"], lecture["seen"]) == ([copy.pk], [[0, 0, 0], [1000, 0, 1], [2000, 0, 2]])
    assert lecture["views"] == [[1500, {"tab": "attention", "picked": 1}]]


def test_votes_are_kept_as_totals_and_nothing_of_the_class_is_named(room: Room) -> None:
    run = stored_run("teacher")
    seen(room, run, 0, 1, 2)
    asked(room, run, {"Ann": 6, "Bob": 6, "Eve": 5, "Kim": None})
    seats.remove(room.pk, room.participants.get(nickname="Bob").pk)
    draft = PromptSession.objects.get(pk=lectures.kept(room)).draft
    ask = draft["lecture"]["asks"][0]
    assert [(option["id"], option["votes"]) for option in ask["options"]] == [(6, 1), (5, 1)]
    assert (ask["guessed"], ask["drawn"], ask["dice"]) == (1, TABLE[1], DICE)
    assert not [word for word in ("Ann", "Eve", "Kim", "secret") if word in json.dumps(draft)]


def test_a_lecture_that_goes_on_grows_in_the_session_that_was_shared(room: Room) -> None:
    first = stored_run("teacher")
    seen(room, first, 0, 3)
    session = lectures.kept(room)
    second = stored_run("teacher")
    Run.objects.filter(pk=second.pk).update(parent=first)
    Moment.objects.create(room=room, at=room.created + timedelta(seconds=9), run=second.pk, tokens=1)
    assert lectures.kept(room) == session
    copies = Lecture.objects.get().runs
    assert PromptSession.objects.get(pk=session).draft["lecture"]["runs"] == [copies[first.pk], copies[second.pk]]
    assert Run.objects.get(pk=copies[second.pk]).parent_id == copies[first.pk]
    assert Run.objects.filter(session=session).count() == 2


def test_the_room_goes_with_its_names_and_the_session_stays_its_owners(room: Room) -> None:
    run = stored_run("teacher")
    seen(room, run, 0, 1)
    session = lectures.kept(room)
    assert as_person("ann").post(f"/r/{room.code}/replay").status_code == 404
    rooms.delete(room.pk)
    assert (Moment.objects.count(), Lecture.objects.count(), Run.objects.filter(session=session).count()) == (0, 0, 1)
    assert as_person("teacher").get(f"/s/{session}").status_code == 200


def test_what_cannot_be_replayed_yet_says_so_on_the_page(room: Room) -> None:
    answer = as_person("teacher").post(f"/r/{room.code}/replay")
    assert (answer.status_code, "There is nothing to replay yet" in answer.content.decode()) == (422, True)
    assert not PromptSession.objects.exists()
    seen(room, stored_run("teacher"), 0, 1)
    assert as_person("teacher").post(f"/r/{room.code}/replay").status_code == 302


def test_who_keeps_too_much_already_is_told(room: Room, settings: Any) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    settings.CONFIG = settings.CONFIG.model_copy(update={"kept_megabytes": 0})
    with pytest.raises(RunRefused) as refused:
        lectures.kept(room)
    assert refused.value.errors[0].code == "no_room_to_keep"
    assert not Run.objects.filter(state=RunState.UNKEPT).exists()


def test_a_copy_and_an_imported_file_replay_their_own_runs(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    session = PromptSession.objects.get(pk=lectures.kept(room))
    for copy in (sessions.fork("teacher", session.pk), exports.imported("somebody", exports.exported(session))):
        assert copy.draft["lecture"]["runs"] == [copy.runs.get().pk]
        assert copy.draft["lecture"]["seen"] == session.draft["lecture"]["seen"]


def test_a_page_that_saves_its_own_state_leaves_the_record_as_it_is(room: Room) -> None:
    seen(room, stored_run("teacher"), 0, 1)
    session = lectures.kept(room)
    before = PromptSession.objects.get(pk=session).draft["lecture"]
    change = {"draft": {"page": {"prompt": "Once"}, "branches": {}}}
    assert as_person("teacher").patch(f"/api/sessions/{session}", json.dumps(change), content_type="application/json").status_code == 200
    assert PromptSession.objects.get(pk=session).draft == {**change["draft"], "lecture": before}


def test_a_room_remembers_so_much_and_no_more(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.classroom.moments.MOST_MOMENTS", 3)
    assert MOST_MOMENTS == 20_000
    seen(room, stored_run("teacher"), 0, 1, 2, 3, 4)
    assert Moment.objects.count() == 3


def test_a_long_lecture_is_told_coarser_until_it_fits_and_ends_as_it_ended() -> None:
    places = [(n * 40, "run", n) for n in range(20_000)]
    views = [(n * 40, {"picked": n, "tab": "choice"}) for n in range(20_000)]
    made = record(places, views, [])
    assert len(json.dumps(made)) <= MOST_BYTES
    assert (made["seen"][-1][1:], made["views"][-1][1], made["length"]) == ([0, 19_999], {"picked": 19_999}, 19_999 * 40)
    assert record(places[:50], views[:50], [])["seen"] == [[n * 40, 0, n] for n in range(50)]


def test_a_question_of_a_run_that_is_not_kept_is_left_out_and_one_of_a_lesson_stays() -> None:
    def ask(run: str, kind: str) -> Ask:
        return Ask(100, 200, run, kind, "Why?", "", 0, [], 0, {}, {})

    made = record([(0, "a", 0)], [], [ask("a", "token"), ask("gone", "token"), ask("", "choice")])
    assert [(each["run"], each["kind"]) for each in made["asks"]] == [(0, "token"), (None, "choice")]


async def test_what_a_class_saw_and_where_its_teacher_looked_is_written_down_as_it_happens(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await teacher.done("room_change", every=2)
        run = await teacher.run(tokens=4)
        await ann.watch()
        await ann.waits(2)
        await teacher.send("room_view", view={"tab": "layers", "picked": 1})
        await ann.until(lambda me: me.said.get("view", {}).get("view", {}).get("tab") == "layers")
        await teacher.done("room_change", every=None)
        await ann.until(lambda me: len(me.tokens) == 4)

        async def told() -> bool:
            moments = [moment async for moment in Moment.objects.all()]
            tokens = [moment.tokens or 0 for moment in moments if moment.run == run]
            views = [moment.view for moment in moments if moment.view is not None]
            return tokens == sorted(tokens) and {0, 2, 4} <= set(tokens) and {"tab": "layers", "picked": 1} in views

        while not await told():
            await ann.silent()
