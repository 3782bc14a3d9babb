"""`make production-local`: a run is watched through the real proxy while the web processes behind it are killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from playground.ops.local.programs import Missing, find
from tests.browser.playground import Playground
from tests.redis_server import free_port
from tests.site import READY_SECONDS, Process

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.timeout(400)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where PostgreSQL's own user may go; pytest's folders are the tester's alone."""
    path = Path(tempfile.mkdtemp(prefix="production-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def production(folder: Path) -> Iterator[tuple[Process, str]]:
    """The processes and the proxy's address."""
    try:
        find("caddy", "redis-server", "postgres", "initdb")
    except Missing as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
    port = free_port()
    arguments = ["-m", "playground.ops.local", "--port", str(port), "--data", str(folder / "data")]
    process = Process(arguments, folder / "log", {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"})
    try:
        process.wait_for("Logitscope is ready", seconds=2 * READY_SECONDS)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.end()


def processes_of(production: Process, kind: str) -> list[int]:
    return [int(pid) for pid in re.findall(rf"{kind}-\d+ runs \(process (\d+)\)", production.log.read_text())]


def test_a_run_goes_on_in_the_page_when_every_web_process_behind_the_proxy_is_killed(
    production: tuple[Process, str], browser: Browser
) -> None:
    process, url = production
    context = browser.new_context(locale="en-US")
    page = Playground(context.new_page(), url).visit()
    page.set("seed", "11")
    page.set("max_tokens", "40")
    page.set("min_tokens", "40")
    page.speed(4)
    page.run()
    page.wait_for_tokens(5)
    for pid in processes_of(process, "web"):
        os.kill(pid, signal.SIGKILL)
    assert page.wait_for_end() == "length"
    watched = page.token_ids()
    process.wait_for("ended unexpectedly; starting it again", count=2)
    page.speed(None)
    assert watched == page.run_again()
    assert len(watched) == 40
    context.close()


def test_it_ends_in_order_and_leaves_no_process(production: tuple[Process, str]) -> None:
    process, _ = production
    pids = [int(pid) for pid in re.findall(r"\(process (\d+)\)", process.log.read_text())]
    assert process.terminate() == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
