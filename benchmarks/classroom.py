"""A class of 300 in embedded mode: ``python -m benchmarks.classroom``.

How long the join storm takes; how long a token takes from the moment at which the first socket had it to the others, and whether any is lost; 300 votes within
two seconds, and when the teacher's tally has them all; 30 students' own runs at once, of prompts that nobody has run before and as forks of the teacher's run at a token, and how much of
what a fork has to read the engine had read before. Clients are one process of their own; the site is another.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgpack
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.common import median, table
from tests.site import Site, child_of

ACK_EVERY = 16
JOIN_SECONDS, VOTE_SECONDS = 2.0, 2.0
FORKED_AT = 20  # tokens of the teacher's run
STORY = " ".join(["there was a little fox who lived near the river and went to look for a friend."] * 8)


class Person:
    """One socket in the room. ``arrived``: when each token of the class's run came, by step."""

    def __init__(self, site: Site, code: str, cookie: str) -> None:
        self.address = f"{site.url.replace('http', 'ws', 1)}/ws/rooms/{code}/"
        self.site, self.cookie = site, cookie
        self.said: dict[str, Any] = {}
        self.arrived: dict[int, float] = {}
        self.first_own: float | None = None
        self.own_done = asyncio.Event()
        self.ids: list[int] = []  # of the tokens of the run that is watched
        self.read: tuple[int, int] | None = None  # tokens that the own run had to read, and of these how many had been read before
        self.tally: list[tuple[float, int]] = []
        self.watched = ""
        self.news = asyncio.Event()
        self.answers: dict[str, dict[str, Any]] = {}

    async def enter(self) -> None:
        self.socket: ClientConnection = await connect(
            self.address, additional_headers={"Cookie": self.cookie}, origin=self.site.url, max_size=None, open_timeout=60, compression=None  # type: ignore[arg-type]
        )
        self.task = asyncio.create_task(self._listen())

    async def send(self, type: str, **fields: Any) -> None:
        await self.socket.send(msgpack.packb({"type": type, **fields}))

    async def do(self, type: str, **fields: Any) -> dict[str, Any]:
        ref = secrets.token_hex(4)
        await self.send(type, ref=ref, **fields)
        await self.until(lambda: ref in self.answers)
        return self.answers[ref]

    async def until(self, condition: Any) -> None:
        while not condition():
            self.news.clear()
            await self.news.wait()

    async def _listen(self) -> None:
        async for frame in self.socket:
            now = time.monotonic()
            message = msgpack.unpackb(frame)
            kind = message["type"]
            if "seq" in message:
                await self._event(message, now)
            elif kind in ("done", "error", "accepted"):
                self.answers[message.get("ref") or ""] = message
            else:
                self.said[kind] = message
                if kind == "tally":
                    self.tally.append((now, message["votes"]))
            self.news.set()

    async def _event(self, message: dict[str, Any], now: float) -> None:
        if message["type"] == "token" and message["run"] == self.watched:
            self.arrived.setdefault(message["step"], now)
            self.ids.append(message["id"])
        elif message["type"] == "token":
            self.first_own = self.first_own or now
        if message["type"] == "prefilled" and message["run"] != self.watched:
            self.read = message["tokens"], message["reused_tokens"]
        if message["type"] == "finished" and message["run"] != self.watched:
            self.own_done.set()
        if message["seq"] % ACK_EVERY == 0:
            await self.send("ack", run=message["run"], seq=message["seq"])


async def opened(site: Site) -> tuple[str, str]:
    """The code of a new room, and its teacher's cookie."""
    async with httpx.AsyncClient(base_url=site.url, follow_redirects=False, timeout=60) as client:
        await client.get("/r/")
        token = client.cookies["csrftoken"]
        answer = await client.post("/r/open", data={"title": "Load", "csrfmiddlewaretoken": token}, headers={"Referer": site.url, "Origin": site.url})
        return answer.headers["Location"].rsplit("/", 1)[1], f"person={client.cookies['person']}"


def cookies(site: Site, count: int) -> list[str]:
    """Of as many people, as the site would sign them."""
    from django.conf import settings

    from playground.runs import people

    settings.SECRET_KEY = (site.folder / "data" / "secret_key").read_text()
    return [f"person={people.signed(people.new_person())}" for _ in range(count)]


async def lecture(site: Site, students: int, own: int) -> list[dict[str, Any]]:
    code, cookie = await opened(site)
    teacher = Person(site, code, cookie)
    await teacher.enter()
    class_ = [Person(site, code, each) for each in cookies(site, students)]
    before = processor_seconds(site)
    rows = [{"what": f"{students} join within {JOIN_SECONDS:g} s: all seated", "measured": await joined(class_), "bar": 5.0, "unit": "s"}]
    a_join = (processor_seconds(site) - before) * 1000 / students
    rows.append({"what": "the site's processor time for each of them", "measured": a_join, "bar": None, "unit": "ms"})
    rows += await followed(teacher, class_)
    rows += await voted(teacher, class_)
    rows += await ran(class_[:own])
    rows += await forked(teacher, class_[:own])
    for person in (teacher, *class_):
        person.task.cancel()
        await person.socket.close()
    return rows


def processor_seconds(site: Site) -> float:
    """What the site's one working process has taken so far, all threads."""
    fields = Path(f"/proc/{child_of(site.processes[-1].pid)}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def joined(class_: list[Person]) -> float:
    begun = time.monotonic()

    async def one(k: int, person: Person) -> None:
        await asyncio.sleep(JOIN_SECONDS * k / len(class_))
        await person.enter()
        answer = await person.do("join", nickname=f"Student {k}")
        assert answer["type"] == "done", answer

    await asyncio.gather(*(one(k, person) for k, person in enumerate(class_)))
    return time.monotonic() - begun


async def followed(teacher: Person, class_: list[Person]) -> list[dict[str, Any]]:
    spec = {"prompt": "Once upon a time", "max_tokens_per_second": 12, "sampling": {"max_tokens": 60, "min_tokens": 60, "seed": 7}, "watch": {"attention": "mean"}}
    answer = await teacher.do("start", spec=spec)
    run = answer["run"]
    for person in (teacher, *class_):
        person.watched = run
    for person in class_:
        await person.until(lambda person=person: person.said.get("room", {}).get("run") == run)
        await person.send("resume", run=run)
    for person in (teacher, *class_):
        await person.until(lambda person=person: len(person.arrived) >= 60)
    late: dict[int, list[float]] = defaultdict(list)
    for person in class_:
        for step, at in person.arrived.items():
            late[step].append(at)
    last_joined = 20  # steps that came while the class was still asking for the run
    delays = sorted((at - min(times)) * 1000 for step, times in late.items() if step >= last_joined for at in times)
    lost = sum(60 - len(person.arrived) for person in class_)
    p99 = delays[int(len(delays) * 0.99)]
    return [
        {"what": "a token to all of them, after the first has it: p50", "measured": median(delays), "bar": None, "unit": "ms"},
        {"what": "the same: p99", "measured": p99, "bar": 250.0, "unit": "ms"},
        {"what": "tokens lost", "measured": lost, "bar": 0, "unit": ""},
    ]


async def voted(teacher: Person, class_: list[Person]) -> list[dict[str, Any]]:
    await teacher.do("room_change", every=4)
    await teacher.do("start", spec={"prompt": "The little fox", "sampling": {"max_tokens": 12, "seed": 3}})
    await teacher.until(lambda: teacher.said.get("waiting", {}).get("step") == 4)
    answer = await teacher.do("poll_open", options=4)
    assert answer["type"] == "done", answer
    await class_[-1].until(lambda: (class_[-1].said["room"]["question"] or {}).get("state") == "open")
    question = class_[-1].said["room"]["question"]

    async def one(k: int, person: Person) -> str:
        await asyncio.sleep(VOTE_SECONDS * k / len(class_))
        answer = await person.do("vote", poll=question["id"], token=question["options"][k % 4]["id"])
        return str(answer["type"])

    answers = await asyncio.gather(*(one(k, person) for k, person in enumerate(class_)))
    over = time.monotonic()
    await teacher.until(lambda: teacher.tally and teacher.tally[-1][1] == len(class_))
    await teacher.do("poll_reveal")
    return [
        {"what": f"{len(class_)} votes within {VOTE_SECONDS:g} s: counted", "measured": answers.count("done"), "bar": len(class_), "unit": ""},
        {"what": "the tally has all, after the last was counted", "measured": (teacher.tally[-1][0] - over) * 1000, "bar": 500.0, "unit": "ms"},
    ]


async def ran(some: list[Person]) -> list[dict[str, Any]]:
    """Their own runs, all at once."""
    firsts, _ = await at_once([(person, own_spec(f"Once upon a time number {k}")) for k, person in enumerate(some)])
    return [
        {"what": f"{len(some)} own runs at once: first token, median", "measured": median(firsts), "bar": None, "unit": "s"},
        {"what": "the same: the last of them", "measured": firsts[-1], "bar": 2.0, "unit": "s"},
    ]


async def forked(teacher: Person, some: list[Person]) -> list[dict[str, Any]]:
    """They take the teacher's run from a token on; before, as many texts of that length begin in ways of their own, so that nothing is there to reuse."""
    await teacher.do("room_change", every=None)
    answer = await teacher.do("start", spec=own_spec(f"Once {STORY}"))
    teacher.watched, teacher.ids = answer["run"], []
    await teacher.until(lambda: len(teacher.ids) >= FORKED_AT)
    given = teacher.ids[:FORKED_AT]
    rows: list[dict[str, Any]] = []
    for name, prompts in (("texts of their own", [f"{k} {STORY}" for k in range(len(some))]), ("forks of the teacher's run", [f"Once {STORY}"] * len(some))):
        firsts, read = await at_once([(person, own_spec(text, given)) for person, text in zip(some, prompts, strict=True)])
        share = 100 * sum(again for _, again in read) / sum(tokens for tokens, _ in read)
        rows += [
            {"what": f"{len(some)} {name} at once: read before, of {read[0][0]} tokens each", "measured": share, "bar": None, "unit": "%"},
            {"what": "the same: first token, median", "measured": median(firsts), "bar": None, "unit": "s"},
            {"what": "the same: the last of them", "measured": firsts[-1], "bar": None, "unit": "s"},
        ]
    return rows


def own_spec(text: str, given: Sequence[int] = ()) -> dict[str, Any]:
    """40 new tokens behind ``text`` and what is ``given``."""
    length = len(given) + 40
    return {"prompt": text, "output_token_ids": list(given), "sampling": {"max_tokens": length, "min_tokens": length, "seed": 7}}


async def at_once(wanted: Sequence[tuple[Person, dict[str, Any]]]) -> tuple[list[float], list[tuple[int, int]]]:
    """When each run's first token came (s), ascending, and what each had to read."""

    async def one(person: Person, spec: dict[str, Any]) -> float:
        person.first_own, person.read = None, None
        person.own_done.clear()
        begun = time.monotonic()
        answer = await person.do("start", spec=spec)
        assert answer["type"] == "accepted", answer
        await person.own_done.wait()
        assert person.first_own is not None
        return person.first_own - begun

    firsts = sorted(await asyncio.gather(*(one(person, spec) for person, spec in wanted)))
    return firsts, [person.read for person, _ in wanted if person.read]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--own", type=int, default=30)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            site.embedded().wait_for("preloaded ")  # a class comes to a room that a teacher has opened: the model is there
            before = os.getloadavg()[0]
            print(table(asyncio.run(lecture(site, options.students, options.own))))
            print(f"load of the machine before: {before:.1f}")
        finally:
            site.end()


if __name__ == "__main__":
    main()
