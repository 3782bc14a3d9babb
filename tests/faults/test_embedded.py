"""The one process of embedded mode is killed in mid-run."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from tests.faults.conftest import PACE, SPEC
from tests.faults.test_workers import undisturbed
from tests.site import Site, child_of
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


async def test_it_comes_back_and_the_run_completes(embedded: Site) -> None:
    supervisor = embedded.embedded()
    viewer = Viewer(embedded.url, await person_cookie(embedded.url))
    tokens = await undisturbed(viewer)
    finished = Viewer(embedded.url, viewer.cookie)
    await finished.start(**SPEC)
    await finished.follow()
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    await viewer.follow(tokens=20)
    watching = asyncio.create_task(viewer.follow())
    os.kill(child_of(supervisor.pid), signal.SIGKILL)
    killed = time.monotonic()
    await asyncio.to_thread(supervisor.wait_for, "Logitscope is ready", 2)
    answering = time.monotonic() - killed
    await watching
    print(f"answering {answering:.1f} s after the kill")
    assert viewer.tokens == tokens
    assert viewer.in_order
    assert viewer.gaps == 0
    assert answering <= 8  # the bar is 5 s plus the model's load, on a machine that does nothing else
    again = Viewer(embedded.url, viewer.cookie, finished.run)
    await again.follow()
    assert again.events == finished.events
