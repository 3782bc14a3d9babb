"""A lecture over real sockets: who sees what, when, and who may do what."""

from __future__ import annotations

import math
from typing import Any

from tests.inference.worker.engine import SmallEngine, token_at
from tests.playground.classroom.people import Person


async def test_a_class_sees_the_teachers_run_and_who_comes_late_sees_all_of_it(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        run = await teacher.run(tokens=8)
        assert await ann.watch() == run
        await ann.until(lambda me: len(me.tokens) == 8)
        async with Person("bob", code) as bob:
            await bob.done("join", nickname="Bob")
            await bob.watch()
            await bob.until(lambda me: len(me.tokens) == 8)
            assert ann.tokens == bob.tokens == [token_at(7, step) for step in range(8)]
        await teacher.until(lambda me: len(me.tokens) == 8)


async def test_nobody_is_sent_a_token_before_it_is_revealed(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await teacher.done("room_change", every=4)
        await teacher.run(tokens=8)
        await ann.watch()
        await ann.waits(4)
        assert ann.said["waiting"]["why"] == "every"
        await ann.until(lambda me: len(me.tokens) == 4)
        assert await ann.silent()
        assert len(teacher.tokens) <= 4
        await teacher.done("room_hold", what="go")
        await ann.until(lambda me: len(me.tokens) == 8)
        await teacher.until(lambda me: len(me.tokens) == 8)


async def test_a_run_waits_where_the_model_is_uncertain(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher:
        await teacher.done("room_change", entropy=0.75)  # that of step 3 is 0.8
        await teacher.run(tokens=8)
        await teacher.waits(3)
        assert math.isclose(teacher.said["waiting"]["entropy"], 0.8)
        await teacher.done("room_hold", what="next")
        await teacher.waits(4)
        assert len(teacher.tokens) == 4


async def test_a_vote_is_counted_scored_and_shown_with_the_distribution(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann, Person("bob", code) as bob:
        await ann.done("join", nickname="Ann")
        await bob.done("join", nickname="Bob")
        await teacher.done("room_change", every=2)
        await teacher.run(tokens=4)
        await ann.watch()
        await teacher.waits(2)
        await teacher.done("poll_open", options=3)
        await ann.until(lambda me: (me.said["room"]["question"] or {}).get("state") == "open")
        question = ann.said["room"]["question"]
        drawn = token_at(7, 2)
        assert sorted(option["id"] for option in question["options"]) == sorted([drawn, 1001, 1002])
        assert all(option["p"] is None and option["votes"] is None for option in question["options"])
        await ann.done("vote", poll=question["id"], token=drawn)
        await bob.done("vote", poll=question["id"], guess=" T1003 ")
        await teacher.until(lambda me: me.said.get("tally", {}).get("votes") == 2)
        assert {count["id"]: count["votes"] for count in teacher.said["tally"]["counts"]} == {drawn: 1, 1001: 0, 1002: 0}
        assert teacher.said["tally"]["guesses"] == [{"text": "T1003", "p": None, "votes": 1}]
        assert len(ann.tokens) <= 2
        assert "tally" not in ann.said

        await teacher.done("poll_reveal")
        await ann.until(lambda me: me.said["room"]["question"]["state"] == "revealed" and len(me.tokens) == 3)
        question = ann.said["room"]["question"]
        outcome, option = question["outcome"], next(option for option in question["options"] if option["id"] == drawn)
        assert (outcome["id"], outcome["votes"], outcome["u"], outcome["low"], outcome["high"]) == (drawn, 1, 0.25, 0.0, 0.5)
        assert math.isclose(option["p"], 0.5, rel_tol=1e-6)
        assert math.isclose(question["guesses"][0]["p"], 0.0625, rel_tol=1e-6)
        await bob.until(lambda me: me.said["you"]["won_insight"] is not None)
        await ann.until(lambda me: me.said["you"]["won_insight"] is not None)
        assert (round(ann.said["you"]["won_insight"], 5), ann.said["you"]["won_luck"], ann.said["you"]["rank"]) == (9.0, 10.0, 1)
        assert (round(bob.said["you"]["won_insight"], 5), bob.said["you"]["won_luck"], bob.said["you"]["rank"]) == (6.0, 0.0, 2)
        await ann.until(lambda me: me.said["scores"]["of"] == 2)
        assert [(score["nickname"], score["rank"]) for score in ann.said["scores"]["scores"]] == [("Ann", 1), ("Bob", 2)]


async def test_a_vote_that_is_none_is_refused_with_the_reason(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann, Person("eve", code) as eve:
        await ann.done("join", nickname="Ann")
        await teacher.run(tokens=4, pace=20)
        await teacher.done("poll_open")
        await ann.until(lambda me: me.said["room"]["question"])
        poll = ann.said["room"]["question"]["id"]
        assert await ann.refused("vote", poll=poll, token=999_999) == "not_offered"
        assert await ann.refused("vote", poll=poll, guess="  ") == "guess_empty"
        assert await ann.refused("vote", poll=poll + 1, token=1001) == "no_poll"
        assert await eve.refused("vote", poll=poll, token=1001) == "not_joined"
        await ann.done("vote", poll=poll, token=1001)
        assert await ann.refused("vote", poll=poll, token=1002) == "voted_already"
        await eve.done("join", nickname="Eve")
        await teacher.done("poll_close")
        assert await eve.refused("vote", poll=poll, token=1001) == "vote_late"
        assert await teacher.refused("poll_open") == "poll_open"
        assert await teacher.refused("room_hold", what="go") == "poll_open"


async def test_a_student_does_nothing_that_is_the_teachers(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        run = await teacher.run(tokens=4)
        actions: list[tuple[str, dict[str, Any]]] = [
            ("room_change", {"title": "Mine"}), ("room_show", {"run": run}), ("room_hold", {"what": "go"}), ("poll_open", {}),
            ("poll_close", {}), ("poll_reveal", {}), ("room_remove", {"participant": 1}), ("room_end", {}),
        ]  # fmt: skip
        assert [await ann.refused(type, **fields) for type, fields in actions] == ["not_teacher"] * len(actions)
        count = len(ann.others)
        await ann.send("room_view", view={"tab": "tree"})
        await ann.until(lambda me: len(me.others) > count)
        assert ann.others[-1]["errors"][0]["code"] == "not_teacher"
        for type in ("cancel", "watch"):
            ann.others.clear()
            await ann.send(type, run=run, **({"watch": {}} if type == "watch" else {}))
            await ann.until(lambda me: me.others)
            assert ann.others[-1]["errors"][0]["code"] == "not_found"
        assert teacher.said["room"]["title"] == "Tokens"


async def test_who_has_not_joined_sees_the_room_but_not_the_run(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("eve", code) as eve:
        run = await teacher.run(tokens=4)
        await eve.until(lambda me: me.said.get("room", {}).get("run") == run)
        await eve.send("resume", run=run)
        await eve.until(lambda me: me.others)
        assert eve.others[-1]["errors"][0]["code"] == "not_found"
        assert await eve.refused("start", spec={"prompt": "x", "sampling": {"max_tokens": 1}}) == "not_joined"


async def test_who_is_removed_is_told_sees_nothing_more_and_cannot_come_back(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        await teacher.done("room_change", every=2)
        await teacher.run(tokens=8)
        await ann.watch()
        await ann.until(lambda me: len(me.tokens) == 2)
        await teacher.until(lambda me: me.said["roster"]["seats"])
        await teacher.done("room_remove", participant=teacher.said["roster"]["seats"][0]["participant"])
        await ann.until(lambda me: me.said["you"]["role"] == "removed")
        await teacher.done("room_hold", what="go")
        await teacher.waits(4)
        assert len(ann.tokens) == 2
        assert await ann.refused("join", nickname="Anna") == "removed"
        assert await ann.refused("vote", poll=1, token=1) == "removed"
        assert await ann.refused("start", spec={"prompt": "x", "sampling": {"max_tokens": 1}}) == "removed"
    async with Person("ann", code) as again:
        await again.until(lambda me: me.said.get("you", {}).get("role") == "removed")
        assert "room" not in again.said


async def test_the_view_reaches_the_class_and_those_who_come_late(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher:
        await teacher.send("room_view", view={"picked": 3, "tab": "attention", "layer": 1, "head": 2})
        await teacher.until(lambda me: me.said.get("view", {}).get("view"))
        async with Person("ann", code) as ann:
            await ann.until(lambda me: "view" in me.said)
            assert ann.said["view"]["view"] == {"picked": 3, "tab": "attention", "layer": 1, "head": 2}


async def test_the_lecture_goes_on_when_the_teacher_comes_back_in_two_tabs(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        async with teacher:
            await teacher.done("room_change", every=2)
            run = await teacher.run(tokens=6)
        await ann.watch()
        await ann.waits(2)
        async with Person("teacher", code) as one, Person("teacher", code) as two:
            assert await two.watch() == run
            await two.until(lambda me: len(me.tokens) == 2)
            await one.done("room_hold", what="go")
            await two.waits(4)
            await ann.waits(4)
            assert await one.watch() == run
            await one.until(lambda me: len(me.tokens) == 4)


async def test_a_students_run_keeps_to_the_rooms_limits(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await ann.done("join", nickname="Ann")
        assert await ann.refused("start", spec={"prompt": "x", "sampling": {"max_tokens": 121}}) == "less_than_equal"
        await ann.run(tokens=120, output_token_ids=[])
        await teacher.done("room_change", forks_muted=True)
        assert await ann.refused("start", spec={"prompt": "x", "sampling": {"max_tokens": 4}}) == "forks_muted"
        await teacher.done("room_change", forks_muted=False, every=1)
        await teacher.run(tokens=4)
        await teacher.waits(1)
        await teacher.done("poll_open")
        await ann.until(lambda me: me.said["room"]["question"])
        assert await ann.refused("start", spec={"prompt": "x", "sampling": {"max_tokens": 4}}) == "voting"


async def test_a_run_that_is_handed_in_can_be_shown_to_the_class(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann, Person("bob", code) as bob:
        await ann.done("join", nickname="Ann")
        await bob.done("join", nickname="Bob")
        own = await ann.run(tokens=5, seed=3)
        assert await bob.refused("hand_in", run=own) == "not_found"
        assert await teacher.refused("room_show", run=own) == "not_found"
        await ann.done("hand_in", run=own)
        assert await ann.refused("hand_in", run=own) == "handed_in"
        await teacher.until(lambda me: me.said["hand_ins"]["runs"])
        handed = teacher.said["hand_ins"]["runs"][0]
        assert (handed["run"], handed["nickname"], handed["text"]) == (own, "Ann", "Once")
        await teacher.done("room_show", run=own)
        await bob.until(lambda me: me.said["room"]["run"] == own)
        await bob.watch()
        await bob.until(lambda me: len(me.tokens) == 5)
        assert bob.tokens == [token_at(3, step) for step in range(5)]


async def test_an_ended_room_answers_that_it_has(engine: SmallEngine, teacher: Person, code: str) -> None:
    async with teacher, Person("ann", code) as ann:
        await teacher.done("room_end")
        await ann.until(lambda me: me.said.get("room", {}).get("ended"))
        assert await ann.refused("join", nickname="Ann") == "room_over"
        assert await teacher.refused("room_change", title="More") == "room_over"


async def test_a_code_that_no_room_has_is_told_and_the_socket_closed(log: object) -> None:
    async with Person("ann", "XXXXXX") as ann:
        await ann.until(lambda me: me.others)
        assert ann.others[0]["errors"][0]["code"] == "no_room"
        assert (await ann.socket.receive_output(5))["code"] == 4404
