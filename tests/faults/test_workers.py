"""Workers are killed, or told to go, in mid-run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import PACE, SPEC, Production
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis]


async def undisturbed(viewer: Viewer) -> list[int]:
    """The tokens of the same run, at full speed."""
    reference = Viewer(viewer.url, viewer.cookie)
    await reference.start(**SPEC)
    await reference.follow()
    assert len(reference.tokens) == SPEC["sampling"]["max_tokens"]  # type: ignore[index]
    return reference.tokens


async def test_another_worker_goes_on_with_the_same_tokens(production: Callable[[], Production]) -> None:
    site, _ = production()
    first = site.worker()
    viewer = Viewer(site.url, await person_cookie(site.url))
    tokens = await undisturbed(viewer)
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    await viewer.follow(tokens=5)
    await asyncio.to_thread(site.worker)
    watching = asyncio.create_task(viewer.follow())
    await asyncio.sleep(0.3)
    first.kill()
    killed, seen = time.monotonic(), len(viewer.tokens)
    while len(viewer.tokens) <= seen + 1:  # one may have been on its way
        await asyncio.sleep(0.05)
    took = time.monotonic() - killed
    await watching
    print(f"went on {took:.1f} s after the kill at token {seen}")
    assert 5 <= seen < 140
    assert viewer.tokens == tokens
    assert viewer.in_order
    assert viewer.gaps == 0
    assert sum(event["type"] == "resumed" for event in viewer.events) == 1
    assert took <= 15


async def test_a_worker_told_to_go_hands_its_runs_over(production: Callable[[], Production]) -> None:
    site, _ = production()
    first = site.worker()
    viewer = Viewer(site.url, await person_cookie(site.url))
    tokens = await undisturbed(viewer)
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    await viewer.follow(tokens=5)
    await asyncio.to_thread(site.worker)
    watching = asyncio.create_task(viewer.follow())
    told = time.monotonic()
    await asyncio.to_thread(first.terminate)
    gone = time.monotonic() - told
    await watching
    print(f"gone after {gone:.1f} s")
    assert gone <= 30
    assert viewer.tokens == tokens
    assert viewer.in_order
    assert sum(event["type"] == "resumed" for event in viewer.events) == 1


async def test_a_run_ends_clearly_where_no_worker_is_left(production: Callable[[], Production]) -> None:
    site, _ = production()
    worker = site.worker()
    viewer = Viewer(site.url, await person_cookie(site.url))
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    await viewer.follow(tokens=5)
    worker.kill()
    await viewer.follow(seconds=60)
    assert viewer.events[-1]["error"]["code"] == "no_worker"
    assert viewer.in_order
