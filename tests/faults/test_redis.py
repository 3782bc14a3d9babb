"""Redis is killed in mid-run and comes back after two seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.faults.conftest import PACE, SPEC, Production
from tests.faults.test_workers import undisturbed
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis, pytest.mark.timeout(400)]


@pytest.mark.parametrize("durable", [True, False], ids=["history kept", "history gone"])
async def test_the_run_completes_with_the_same_tokens(production: Callable[[bool], Production], durable: bool) -> None:
    site, redis = production(durable)
    await asyncio.to_thread(site.worker)
    viewer = Viewer(site.url, await person_cookie(site.url))
    tokens = await undisturbed(viewer)
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    watching = asyncio.create_task(viewer.follow())
    while len(viewer.tokens) < 20:
        await asyncio.sleep(0.05)
    redis.kill()
    await asyncio.sleep(2)
    seen = len(viewer.events)
    await asyncio.to_thread(redis.start)
    back = time.monotonic()
    while len(viewer.events) == seen:
        await asyncio.sleep(0.05)
    took = time.monotonic() - back
    await watching
    print(f"resumed {took:.1f} s after Redis was back, {viewer.gaps} gaps, {viewer.connections} connections")
    assert viewer.tokens == tokens
    assert viewer.in_order
    assert viewer.gaps == (0 if durable else 1)
    assert took <= 5
    after = Viewer(site.url, viewer.cookie)
    assert await undisturbed(after) == tokens  # new runs are taken as before
