"""A client that never reads while its run goes on."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgpack
import pytest

from playground.config import ROOT
from tests.faults.conftest import Production
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis, pytest.mark.timeout(400)]

EVENTS, SIZE = 2000, 30_000  # 60 MB


def resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def test_it_costs_no_memory_and_gets_everything_when_it_reads_again(production: Callable[[], Production]) -> None:
    site, _ = production()
    web = site.processes[-1]
    cookie = await person_cookie(site.url)
    person = cookie.removeprefix("person=").split(":")[0]
    arguments = [f"--person={person}", "--runs=1", "--rate=400", f"--seconds={EVENTS / 400}", f"--size={SIZE}"]
    source = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.parts.source", *arguments],
        cwd=ROOT, env={**os.environ, **site.environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert source.stdin
    assert source.stdout
    (run,) = json.loads(await asyncio.to_thread(source.stdout.readline))
    async with Viewer(site.url, cookie).socket() as socket:
        await socket.send(msgpack.packb({"type": "resume", "run": run}))
        assert msgpack.unpackb(await socket.recv())["type"] == "recovered"
        before = resident_mb(web.pid)
        source.stdin.write("go\n")
        source.stdin.flush()
        await asyncio.to_thread(source.stdout.readline)  # all has been appended, nothing has been read
        grown = resident_mb(web.pid) - before
        seqs: list[int] = []
        while len(seqs) < EVENTS:
            event = msgpack.unpackb(await asyncio.wait_for(socket.recv(), 20))
            seqs.append(event["seq"])
            await socket.send(msgpack.packb({"type": "ack", "run": run, "seq": event["seq"]}))
    source.wait(10)
    print(f"the web process grew by {grown:.1f} MB while {EVENTS * SIZE / 1e6:.0f} MB waited")
    assert seqs == list(range(1, EVENTS + 1))
    assert grown <= 5
