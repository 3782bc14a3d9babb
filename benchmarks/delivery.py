"""How long an event takes from its append to a viewer, and whether any is lost: ``python -m benchmarks.delivery``.

The viewers, the source of the events, the web process and Redis are processes of their own. Set-ups are those of the bars in
``docs/benchmarks.md``; the dispatch time is that of real runs in embedded mode, from the click to the first event.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from benchmarks.common import median, table
from playground.ops.supervisor import listen
from tests.redis_server import RedisServer
from tests.site import Site
from tests.viewer import Viewer, person_cookie


@dataclass(frozen=True)
class Load:
    """One set-up. ``embedded``: the source of the events is a thread of the web process, and there is no Redis."""

    name: str
    clients: int
    runs: int
    rate: float
    bar_p99_ms: float
    embedded: bool = False


LOADS = [
    Load("300 viewers of one run", 300, 1, 50, 150),
    Load("100 clients, 100 runs", 100, 100, 50, 100),
    Load("embedded, 30 clients, 30 runs", 30, 30, 20, 5, embedded=True),
]


def measure(load: Load, site: Site, seconds: float) -> dict[str, Any]:
    """One row of the table."""
    from django.conf import settings

    from playground.runs import people

    settings.SECRET_KEY = (site.folder / "data" / "secret_key").read_text()
    person = people.new_person()
    port, source = _source(load, site, person, seconds)
    runs = json.loads(_line(source))
    clients = _python(["-m", "benchmarks.parts.viewers"], {})
    orders = {"port": port, "cookie": f"person={people.signed(person)}", "runs": runs, "clients": load.clients}
    orders["expected"] = round(load.rate * seconds)
    _tell(clients, json.dumps(orders))
    joined = json.loads(_line(clients))["joined_s"]
    web = source.pid if load.embedded else site.processes[-1].pid
    before = _cpu_seconds(web)
    _tell(source, "go")
    behind = json.loads(_line(source))["behind_ms"]
    result = json.loads(_line(clients))
    cpu = _cpu_seconds(web) - before
    clients.wait()
    source.terminate()
    source.wait()
    latencies = sorted(result["latencies_ms"])
    return {
        "load": load.name,
        "events/s": load.rate,
        "p50 ms": median(latencies),
        "p99 ms": latencies[int(len(latencies) * 0.99)],
        "bar p99 ms": load.bar_p99_ms,
        "max ms": latencies[-1],
        "lost": result["lost"],
        "doubled": result["doubled"],
        "in order": result["in_order"],
        "web us CPU an event": cpu * 1e6 / (load.clients * load.rate * seconds - result["lost"]),
        "joined s": joined,
        "source behind ms": behind,
    }


def _cpu_seconds(pid: int) -> float:
    """What a process has used so far. Unlike a latency it says something on a machine that others use too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _source(load: Load, site: Site, person: str, seconds: float) -> tuple[int, subprocess.Popen[str]]:
    """The process that appends, and the port on which viewers reach the web process."""
    arguments = ["-m", "benchmarks.parts.source", f"--person={person}", f"--runs={load.runs}", f"--rate={load.rate}", f"--seconds={seconds}"]
    if not load.embedded:
        return site.port, _python(arguments, site.environment)
    listening = listen("127.0.0.1", 0)
    fd, port = listening.fileno(), listening.getsockname()[1]
    return port, _python([*arguments, f"--fd={fd}"], site.environment, fd)


def _python(arguments: list[str], environment: dict[str, str], *fds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=fds
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


async def dispatch_ms(site: Site, runs: int) -> list[float]:
    """Milliseconds from sending ``start`` to the first event and to the first token, of ``runs`` runs one after the other, warm."""
    viewer = Viewer(site.url, await person_cookie(site.url))
    spec = {"prompt": "Once upon a time", "sampling": {"max_tokens": 2}}
    await viewer.start(**spec)
    await viewer.follow()  # loads the model
    times = []
    async with viewer.socket() as socket:
        for _ in range(runs):
            begun = time.monotonic()
            await socket.send(msgpack.packb({"type": "start", "ref": "1", "spec": spec}))
            first = None
            while (message := msgpack.unpackb(await socket.recv()))["type"] != "finished":
                first = first or (time.monotonic() if message["type"] == "token" else None)
            await socket.send(msgpack.packb({"type": "ack", "run": message["run"], "seq": message["seq"]}))
            times.append(((first or begun) - begun) * 1000)
            await asyncio.sleep(0.6)  # below the limit on starts
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", help="only set-ups whose name contains this")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows = [_measured(load, Path(folder), options.seconds) for load in LOADS if not options.only or options.only in load.name]
        print(table(rows))
        site = Site(_new(Path(folder)))
        site.embedded()
        times = asyncio.run(dispatch_ms(site, 20))
        site.end()
    print(f"embedded, from the click to the first token, warm: median {median(times):.0f} ms, worst of {len(times)} {max(times):.0f} ms")


def _measured(load: Load, folder: Path, seconds: float) -> dict[str, Any]:
    if load.embedded:
        return measure(load, Site(_new(folder)), seconds)
    redis = RedisServer(_new(folder))
    redis.start()
    site = Site(_new(folder), redis_url=redis.url)
    site.web()
    try:
        return measure(load, site, seconds)
    finally:
        site.end()
        redis.kill()


def _new(folder: Path) -> Path:
    new = folder / secrets.token_hex(4)
    new.mkdir()
    return new


if __name__ == "__main__":
    main()
