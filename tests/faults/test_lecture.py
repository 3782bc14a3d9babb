"""A lecture over two web processes, one of which is killed while a run is shown and the class is being asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from inference.eventlog.redis import RedisLog
from tests.faults.conftest import Production
from tests.faults.sitting import Sitter
from tests.redis_server import free_port
from tests.site import until
from tests.viewer import person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis, pytest.mark.timeout(400)]
SECRET = "correct horse battery"
SPEC = {
    "prompt": "Once upon a time there was a little fox who lived near the river and looked for a friend.",
    "sampling": {"max_tokens": 20, "seed": 11, "ignore_eos": True},
}
BLOCK = 16  # tokens of the engine's prefix cache
STUDENTS = ("Ann", "Ben", "Cleo", "Dan")


def opened(url: str) -> tuple[str, str]:
    """The code of a room that the superuser has opened, and their cookies."""
    with httpx.Client(base_url=url, trust_env=False, follow_redirects=True, timeout=30) as client:

        def post(path: str, **data: str) -> httpx.Response:
            return client.post(
                path, data=data | {"csrfmiddlewaretoken": client.cookies["csrftoken"]}, headers={"Referer": url, "Origin": url}
            )

        client.get("/account/login")
        assert post("/account/login", username="ada", password=SECRET).status_code == 200
        room = post("/r/open", title="Two processes")
        assert room.status_code == 200, room.text[-600:]
        return room.url.path.rsplit("/", 1)[1], "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def all_of(people: list[Sitter], condition: Callable[[Sitter], object], why: str) -> None:
    await asyncio.gather(*(person.until(lambda person=person: condition(person), why) for person in people))  # type: ignore[misc]


async def voted(person: Sitter, option: int) -> str:
    """``done``, or the code of the refusal."""
    await person.until(lambda: person.question.get("state") == "open", "a question")
    answer = await person.do("vote", poll=person.question["id"], token=person.question["options"][option]["id"])
    return str(answer["errors"][0]["code"] if answer["type"] == "error" else answer["type"])


def votes_of(person: Sitter) -> list[int]:
    """By option, as they were revealed."""
    return [option["votes"] for option in person.question["options"]]


def here(teacher: Sitter) -> list[str]:
    """Who is in the room, as the teacher is told."""
    return [seat["nickname"] for seat in teacher.said.get("roster", {}).get("seats", ()) if seat["here"]]


async def test_a_lecture_goes_on_whole_when_the_web_process_of_its_teacher_is_killed(production: Callable[[bool], Production]) -> None:
    site, redis = production(True)
    first, (a, port) = site.processes[-1], (site.url, free_port())
    b = f"http://127.0.0.1:{port}"
    await asyncio.to_thread(site.web, port)
    await asyncio.to_thread(site.worker)
    account = {"--username": "ada", "--email": "ada@example.org"}
    named = [part for pair in account.items() for part in pair]
    await asyncio.to_thread(lambda: site.manage("createsuperuser", "--noinput", *named, DJANGO_SUPERUSER_PASSWORD=SECRET))
    code, cookie = await asyncio.to_thread(opened, a)

    # A teacher and two students on A, two students on B
    teacher = Sitter("teacher", code, cookie)
    class_ = [Sitter(name, code, await person_cookie(a)) for name in STUDENTS]
    ann, ben, cleo, dan = class_
    everybody, of_a = [teacher, *class_], [teacher, ann, ben]
    for person in everybody:
        await person.enter(a if person in of_a else b)
    for person in class_:
        await person.done("join", nickname=person.name)
    await teacher.until(lambda: here(teacher) == [*STUDENTS], "the students of both on the roster")
    await teacher.done("room_change", every=4)
    run = (await teacher.do("start", spec=SPEC))["run"]
    await all_of(class_, lambda person: person.said.get("room", {}).get("run") == run, "the class's run")
    for person in class_:
        await person.watch(run)
    await all_of(everybody, lambda person: len(person.tokens) == 4 and person.waits_at == 4, "the first question's place")

    # Votes from both are counted once; tally and reveal reach both
    await teacher.done("poll_open", options=4)
    assert [await voted(person, place) for place, person in enumerate(class_)] == ["done"] * 4
    elsewhere = Sitter("Ann in another tab", code, ann.cookie)
    await elsewhere.enter(b)
    assert await voted(elsewhere, 1) == "voted_already"
    await elsewhere.leave()
    await teacher.until(lambda: teacher.said.get("tally", {}).get("votes") == 4, "the tally of both")
    await teacher.done("poll_reveal")
    await all_of(everybody, lambda person: person.question.get("state") == "revealed" and len(person.tokens) == 5, "the reveal")
    assert [votes_of(person) for person in everybody] == [[1, 1, 1, 1]] * 5

    # A question is open, one of each process has voted, and the engine has written the whole run
    await teacher.done("room_hold", what="go")
    await all_of(everybody, lambda person: len(person.tokens) == 8 and person.waits_at == 8, "the second question's place")
    await teacher.done("poll_open", options=4)
    assert [await voted(ann, 0), await voted(cleo, 0)] == ["done", "done"]
    log = RedisLog(redis.url)
    await asyncio.to_thread(until, lambda: (head := log.head(run)) is not None and head.finished)
    await asyncio.to_thread(first.kill)
    await asyncio.gather(*(person.cut_off() for person in of_a))
    assert await voted(dan, 2) == "done"  # who was on B notices nothing

    # Those of A come to B, and find the state whole
    for person in of_a:
        await person.enter(b)
        await person.until(lambda person=person: person.question.get("state") == "open", "the open question")  # type: ignore[misc]
        await person.watch(run)
    await ann.until(lambda: ann.said.get("you", {}).get("voted") == ann.question["options"][0]["id"], "what she voted")
    assert (await voted(ann, 3), await voted(ben, 1)) == ("voted_already", "done")
    await teacher.until(lambda: teacher.said.get("tally", {}).get("votes") == 4, "the tally of all")
    await teacher.until(lambda: here(teacher) == [*STUDENTS], "everybody on the roster again")
    await all_of(everybody, lambda person: person.waits_at == 8, "that the run still waits")
    assert [len(person.tokens) for person in everybody] == [8] * 5  # the gate of B holds the token back

    # The vote goes on to its reveal, and the run to its end
    await teacher.done("poll_reveal")
    await all_of(everybody, lambda person: person.question.get("state") == "revealed" and len(person.tokens) == 9, "the second reveal")
    assert [votes_of(person) for person in everybody] == [[2, 1, 1, 0]] * 5
    await teacher.done("room_change", every=None)
    await teacher.done("room_hold", what="go")
    await all_of(everybody, lambda person: person.finished, "the end of the run")
    for person in everybody:
        assert [event["seq"] for event in person.events] == list(range(1, len(person.events) + 1)), person.name
        assert (person.tokens, person.gaps) == (teacher.tokens, 0), person.name
    assert len(teacher.tokens) == 20

    # Who takes it from a token on shares what the class's run has read: all whole blocks of it
    given = cleo.tokens[:12]
    answer = await cleo.do("start", spec={**SPEC, "output_token_ids": given})
    assert answer["type"] == "accepted", answer
    await cleo.until(lambda: cleo.own and cleo.own[-1]["type"] == "finished", "the end of her own run")
    (read,) = (event for event in cleo.own if event["type"] == "prefilled")
    assert read["tokens"] > BLOCK
    assert read["reused_tokens"] == (read["tokens"] - 1) // BLOCK * BLOCK
    assert [event["id"] for event in cleo.own if event["type"] == "token"] == cleo.tokens[12:]
    for person in everybody:
        await person.leave()
