"""An hour of mixed load, and what it leaves behind: ``python -m benchmarks.hour [--minutes 60] [--redis]``.

People run, watch, cancel, lose their connection, ask about runs, branch, look at what they have kept and take it away; programs use the API and hang up; classes
meet and are deleted. Told is how the resident memory of each of the site's processes, and Redis's keys and memory, stood after the first quarter and at the end, each as the median
of a tenth of the time. Finished runs are kept for reloads for ``KEPT_SECONDS`` here, an hour elsewhere, so that what is bounded has reached its bound by then.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgpack
import redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.classroom import Person, cookies, opened
from benchmarks.common import median, table
from tests.redis_server import RedisServer
from tests.site import Site, child_of

KEPT_SECONDS = 300
SAMPLE_SECONDS = 5.0
PROGRAMS, CLASSES = 1, 1  # beside the people
MOST_GROWTH = 5.0  # percent, of quality.md
STORY = "Once upon a time there was a little fox who lived near the river. " * 8
ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"top_k": 40, "top_p": 0.9, "repetition_penalty": 1.1},
    {"temperature": 0.0},
    {"min_p": 0.05, "temperature": 1.3},
    {"n": 3},
    {"num_beams": 3, "temperature": 0.0},
    {"regex": "(yes|no), [a-z ]{5,40}"},
    {"mirostat_mode": 2, "mirostat_tau": 4.0},
]
QUESTIONS: list[dict[str, Any]] = [
    {"type": "score", "top": 3},
    {"type": "what_if", "sampling": {"temperature": 0.5, "top_p": 0.8}},
    {"type": "step", "step": 3},
    {"type": "divergence", "sampling": {"temperature": 1.5}},
    {"type": "attention", "maps": [[-1, -1], [0, 0]]},
    {"type": "lens", "last": 12},
    {"type": "attribution", "position": 8},
    {"type": "head", "position": 8, "layer": 1, "head": 0},
]


class Load:
    """What clients do, over and over, until ``ends``. ``done`` counts it, and what went wrong."""

    def __init__(self, site: Site, ends: float, people: int) -> None:
        self.site, self.ends, self.people, self.dice = site, ends, people, random.Random(1)
        self.done: Counter[str] = Counter()

    async def all(self) -> None:
        each: list[Callable[[], Coroutine[Any, Any, None]]] = [self._person] * self.people + [self._program] * PROGRAMS + [self._class] * CLASSES
        async with asyncio.TaskGroup() as group:
            for act in each:
                group.create_task(self._again(act))

    async def _again(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while time.monotonic() < self.ends:
            try:
                async with asyncio.timeout(120):
                    await act()
            except (ConnectionClosed, OSError, TimeoutError, httpx.HTTPError, AssertionError) as error:
                self.done[f"went wrong: {type(error).__name__} {error}"[:100]] += 1
            await asyncio.sleep(self.dice.uniform(0.5, 3.0))

    async def _person(self) -> None:
        """A visit: a few runs in one session, then a look at what has been kept."""
        (cookie,) = cookies(self.site, 1)
        visit = Visit(self, cookie)
        async with self._client(cookie) as client:
            await self._got(client, "/")
            for _ in range(self.dice.randint(1, 4)):
                await visit.run()
                await asyncio.sleep(self.dice.uniform(0.0, 1.0))
            for path in ("/sessions", f"/s/{visit.session}", f"/api/sessions/{visit.session}", f"/api/runs/{visit.id}/events", f"/api/sessions/{visit.session}/export"):
                await self._got(client, path)
            if self.dice.random() < 0.5:
                answer = await client.delete(f"/api/sessions/{visit.session}", headers=self._proof(client))
                self.done[f"session deleted: {answer.status_code}"] += 1

    async def _program(self) -> None:
        """The API: an answer in one piece, a stream to its end, and one that is left in the middle."""
        asked = {"model": "stories", "prompt": "The little fox", "max_tokens": 40, "seed": self.dice.randint(0, 9999), "logprobs": 3}
        async with self._client("") as client:
            answer = await client.post("/v1/completions", json=asked)
            self.done[f"API: {answer.status_code}"] += 1
            for lines in (10_000, 5):
                async with client.stream("POST", "/v1/completions", json=asked | {"stream": True}) as stream:
                    async for _ in stream.aiter_lines():
                        lines -= 1
                        if not lines:
                            break
                self.done["API: stream"] += 1

    async def _class(self) -> None:
        """A lesson: six come, follow a run and have one of their own; then the room is deleted."""
        code, cookie = await opened(self.site)
        everyone = [Person(self.site, code, each) for each in (cookie, *cookies(self.site, 6))]
        teacher, *students = everyone
        try:
            for person in everyone:
                await person.enter()
            for k, student in enumerate(students):
                await student.do("join", nickname=f"Student {k}")
            spec = {"prompt": "Once upon a time", "max_tokens_per_second": 15, "sampling": {"max_tokens": 40, "min_tokens": 40}}
            run = (await teacher.do("start", spec=spec))["run"]
            for person in everyone:
                person.watched = run
            for student in students:
                await student.until(lambda student=student: student.said.get("room", {}).get("run") == run)
                await student.send("resume", run=run)
            await asyncio.gather(*(person.until(lambda person=person: 39 in person.arrived) for person in everyone))
            for student in students[:3]:
                said = await student.do("start", spec={"prompt": "My own", "sampling": {"max_tokens": 20}})
                assert said["type"] == "accepted", said["errors"][0]["code"]
                await student.own_done.wait()
        finally:
            for person in everyone:
                if hasattr(person, "task"):
                    person.task.cancel()
                    await person.socket.close()
        async with self._client(cookie) as client:
            await client.get("/r/")
            answer = await client.post(f"/r/{code}/delete", headers=self._proof(client))
        self.done[f"class: {answer.status_code}"] += 1

    def _client(self, cookie: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.site.url, timeout=60, cookies=dict([cookie.split("=", 1)]) if cookie else None)

    def _proof(self, client: httpx.AsyncClient) -> dict[str, str]:
        """That a form comes from a page of the site."""
        return {"X-CSRFToken": client.cookies["csrftoken"], "Referer": self.site.url, "Origin": self.site.url}

    async def _got(self, client: httpx.AsyncClient, path: str) -> None:
        answer = await client.get(path)
        self.done[f"GET: {answer.status_code}"] += 1


class Visit:
    """The runs of one person, in one session. ``id`` is that of the last."""

    def __init__(self, load: Load, cookie: str) -> None:
        self._load, self._dice, self._cookie = load, load.dice, cookie
        self.id, self.session, self._seq, self._over = "", "", 0, False

    async def run(self) -> None:
        """One run, read to its end in one of several ways."""
        way = self._dice.choice(["read", "read", "ask", "cancel", "reset"])
        async with self._socket() as socket:
            await self._send(socket, "start", ref="1", spec=self._spec(), **({"session": self.session} if self.session else {}))
            while (message := msgpack.unpackb(await socket.recv()))["type"] == "pending":
                pass
            assert message["type"] == "accepted", message["errors"][0]["code"]
            self.id, self.session, self._seq, self._over = message["run"], message["session"], 0, False
            await self._read(socket, 8 if way in ("cancel", "reset") else None)
            if way == "cancel":
                await self._send(socket, "cancel", run=self.id)
                await self._read(socket, None)
            elif way == "ask":
                await self._ask(socket)
            elif way == "reset":
                socket.transport.abort()
        if way == "reset" and self._dice.random() < 0.7:  # the others never come back
            async with self._socket() as socket:
                await self._send(socket, "resume", run=self.id, epoch=message["epoch"], last_seq=self._seq)
                await self._read(socket, None)
        self._load.done[f"run: {way}"] += 1

    def _spec(self) -> dict[str, Any]:
        tokens = self._dice.randint(20, 120)
        attention = self._dice.choice(["off", "mean", "all"])
        return {
            "prompt": self._dice.choice(["Once upon a time", "The little fox", STORY]),
            "sampling": {"max_tokens": tokens, "seed": self._dice.randint(0, 9999), **self._dice.choice(ARGUMENTS)},
            "watch": {"top_n": self._dice.choice([0, 10, 20]), "attention": attention},
        }

    async def _read(self, socket: ClientConnection, most: int | None) -> None:
        """To the run's end, or ``most`` events; nothing where its end has been read, as a short answer's may have been."""
        if self._over:
            return
        read = 0
        async for frame in socket:
            message = msgpack.unpackb(frame)
            if "seq" in message:
                self._seq, read = message["seq"], read + 1
                if self._seq % 16 == 0:
                    await self._send(socket, "ack", run=self.id, seq=self._seq)
            self._over = message["type"] in ("finished", "error")
            if self._over or read == most:
                return

    async def _ask(self, socket: ClientConnection) -> None:
        for question in self._dice.sample(QUESTIONS, 3):
            await self._send(socket, "ask", ref=question["type"], run=self.id, question=question)
            while (message := msgpack.unpackb(await socket.recv()))["type"] not in ("answer", "error"):
                pass
            self._load.done[f"asked: {message['type']}"] += 1

    async def _send(self, socket: ClientConnection, type: str, **fields: Any) -> None:
        await socket.send(msgpack.packb({"type": type, **fields}))

    def _socket(self) -> connect:
        address = self._load.site.url.replace("http", "ws", 1) + "/ws/runs/"
        return connect(address, additional_headers={"Cookie": self._cookie}, origin=self._load.site.url, max_size=None, open_timeout=60)  # type: ignore[arg-type]


class Gauge:
    """What the site's processes hold, as time goes by."""

    def __init__(self, processes: dict[str, int], store: redis.Redis | None) -> None:
        self._processes, self._store = processes, store
        self.samples: list[dict[str, float]] = []

    async def watch(self, ends: float) -> None:
        while time.monotonic() < ends:
            self.samples.append(self._now())
            await asyncio.sleep(SAMPLE_SECONDS)

    def _now(self) -> dict[str, float]:
        found = {f"{name}, MiB": _resident(pid) for name, pid in self._processes.items()}
        if self._store is not None:
            found["Redis, keys"] = float(self._store.dbsize())
            found["Redis, MiB"] = self._store.info("memory")["used_memory"] / 2**20
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        few = max(1, len(self.samples) // 10)
        quarter = len(self.samples) // 4
        for name in self.samples[0]:
            before, after = (median([sample[name] for sample in some]) for some in (self.samples[quarter : quarter + few], self.samples[-few:]))
            most = max(sample[name] for sample in self.samples)
            yield {"what": name, "after a quarter": before, "at the end": after, "growth, %": 100 * (after / before - 1), "bar": MOST_GROWTH, "most": most}


def _resident(pid: int) -> float:
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


@contextlib.contextmanager
def running(folder: Path, with_redis: bool) -> Iterator[tuple[Site, Gauge]]:
    """A site under way: one process in embedded mode, or a web process and a worker over Redis."""
    server = RedisServer(folder) if with_redis else None
    if server is not None:
        server.start()
    site = Site(folder, log_ttl_seconds=str(KEPT_SECONDS), redis_url=server.url if server is not None else "")
    try:
        if server is None:
            embedded = site.embedded()
            embedded.wait_for("preloaded ")
            yield site, Gauge({"embedded": child_of(embedded.pid)}, None)
        else:
            yield site, Gauge({"web": site.web().pid, "worker": site.worker().pid}, redis.Redis.from_url(server.url))
    finally:
        site.end()
        if server is not None:
            server.kill()


async def loaded(site: Site, gauge: Gauge, minutes: float, people: int) -> Counter[str]:
    ends = time.monotonic() + 60 * minutes
    load = Load(site, ends, people)
    await asyncio.gather(load.all(), gauge.watch(ends))
    return load.done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=10, help="who come and go at any time")
    parser.add_argument("--redis", action="store_true", help="a web process and a worker over Redis, not the embedded process")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), options.redis) as (site, gauge):
        done = asyncio.run(loaded(site, gauge, options.minutes, options.people))
    print(f"{options.minutes:g} minutes, {options.people} people at any time")
    print(table(list(gauge.rows())))
    print(table([{"what": what, "times": times} for what, times in sorted(done.items())]))


if __name__ == "__main__":
    main()
