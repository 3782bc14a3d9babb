"""Embedded mode as a person starts it: one command, a real server, the real engine and model."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from playground.config import ROOT
from playground.live.protocol import MAX_FRAME_BYTES
from tests.site import Process, Site, child_of, until
from tests.viewer import Viewer, person_cookie


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    built = Site(tmp_path_factory.mktemp("embedded"))
    yield built
    built.end()


@pytest.fixture(scope="module")
def up(site: Site) -> Process:
    return site.embedded()


@pytest.fixture
async def viewer(site: Site, up: Process) -> Viewer:
    return Viewer(site.url, await person_cookie(site.url))


def test_the_start_line_names_an_address_that_answers(site: Site, up: Process) -> None:
    address = re.search(r"Logitscope is ready: (http://\S+)", up.log.read_text())
    assert address
    assert httpx.get(f"{address[1]}healthz").text == "ok"


async def test_a_run_of_the_default_model_arrives_complete(viewer: Viewer) -> None:
    await viewer.start(prompt="Once upon a time", sampling={"max_tokens": 60, "ignore_eos": True})
    await viewer.follow()
    assert viewer.in_order
    assert len(viewer.tokens) == 60
    assert viewer.events[-1]["reason"] == "length"


async def test_the_same_seed_gives_the_same_tokens(viewer: Viewer, site: Site) -> None:
    other = Viewer(site.url, viewer.cookie)
    for one in (viewer, other):
        await one.start(prompt="Once upon a time", sampling={"max_tokens": 30, "seed": 5})
    await asyncio.gather(viewer.follow(), other.follow())
    assert viewer.tokens == other.tokens


async def test_the_prompt_is_scored_against_the_models_context_before_anything_is_created(viewer: Viewer) -> None:
    async with viewer.socket() as socket:
        await socket.send(msgpack.packb({"type": "start", "ref": "1", "spec": {"prompt": "word " * 9000}}))
        answer = msgpack.unpackb(await socket.recv())
    assert (answer["type"], answer["errors"][0]["code"], answer["errors"][0]["field"]) == ("error", "prompt_too_long", "prompt")


async def test_a_frame_beyond_the_bound_closes_its_socket_alone(viewer: Viewer) -> None:
    async with viewer.socket() as other, viewer.socket() as socket:
        await socket.send(b"x" * (MAX_FRAME_BYTES + 1))
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert socket.close_code == 4009
        await other.send(b"\xc1")
        assert msgpack.unpackb(await asyncio.wait_for(other.recv(), 5))["errors"][0]["code"] == "not_messagepack"


async def test_a_frame_far_beyond_the_bound_is_refused_before_it_has_arrived(viewer: Viewer) -> None:
    async with viewer.socket() as socket:
        with contextlib.suppress(ConnectionClosed):
            await socket.send(b"x" * 10_000_000)
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert socket.close_code == 1009


async def test_a_flood_of_frames_ends_the_socket(viewer: Viewer) -> None:
    ack = msgpack.packb({"type": "ack", "run": "r", "seq": 1})
    async with viewer.socket() as socket:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(20_000):
                await socket.send(ack)
        await asyncio.wait_for(socket.wait_closed(), 10)
        assert socket.close_code == 4008


async def test_a_browser_on_a_foreign_page_is_turned_away(site: Site, up: Process) -> None:
    headers = {"Origin": "http://evil.example", "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x" * 22 + "=="}
    assert httpx.get(f"{site.url}/ws/runs/", headers=headers).status_code == 403


async def test_the_client_of_the_documentation_works(site: Site, up: Process, tmp_path: Path) -> None:
    program = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "protocol.md").read_text(), re.DOTALL)
    assert program
    (tmp_path / "client.py").write_text(program[1])
    command = [sys.executable, str(tmp_path / "client.py"), site.url, "The capital of France is"]
    result = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.split()) > 0


def test_a_taken_port_is_said_in_one_line(site: Site, up: Process) -> None:
    command = [sys.executable, "manage.py", "up", "--port", str(site.port)]
    result = subprocess.run(command, cwd=ROOT, env={**os.environ, **site.environment}, capture_output=True, text=True, timeout=60)
    assert result.returncode != 0
    assert "cannot listen on 127.0.0.1" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both_processes_cleanly(tmp_path: Path, signal_number: signal.Signals) -> None:
    site = Site(tmp_path)
    process = site.embedded()
    child = child_of(process.pid)
    started = time.monotonic()
    os.kill(process.pid, signal_number)
    assert process.terminate() == 0
    assert time.monotonic() - started < 15
    until(lambda: not Path(f"/proc/{child}").exists(), 5)


def test_the_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    process = site.embedded()
    child = child_of(process.pid)
    process.kill()
    until(lambda: not Path(f"/proc/{child}").exists(), 15)
