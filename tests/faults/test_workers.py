"""Workers are killed, or told to go, in mid-run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

import pytest
from redis import Redis

from inference.eventlog.redis import PREFIX
from inference.eventlog.redis_wire import hash_key
from tests.faults.conftest import PACE, SPEC, Production
from tests.redis_server import RedisServer
from tests.site import Process, Site
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis, pytest.mark.timeout(400)]


async def undisturbed(viewer: Viewer) -> list[int]:
    """The tokens of the same run, at full speed."""
    reference = Viewer(viewer.url, viewer.cookie)
    await reference.start(**SPEC)
    await reference.follow()
    assert len(reference.tokens) == SPEC["sampling"]["max_tokens"]  # type: ignore[index]
    return reference.tokens


async def two_workers(site: Site) -> list[Process]:
    return list(await asyncio.gather(asyncio.to_thread(site.worker), asyncio.to_thread(site.worker)))


def holder(workers: list[Process], redis: RedisServer, run: str) -> Process:
    """The worker process that decodes ``run``: its lease says so."""
    with Redis.from_url(redis.url) as client:
        owner = cast(bytes, client.hget(hash_key(PREFIX, run), "owner")).decode()
    return next(worker for worker in workers if owner.split(":")[1] == str(worker.pid))


async def test_another_worker_goes_on_with_the_same_tokens(production: Callable[[], Production]) -> None:
    site, redis = production()
    workers = await two_workers(site)
    viewer = Viewer(site.url, await person_cookie(site.url))
    tokens = await undisturbed(viewer)
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    await viewer.follow(tokens=5)
    watching = asyncio.create_task(viewer.follow())
    holder(workers, redis, viewer.run).kill()
    killed, seen = time.monotonic(), len(viewer.tokens)
    while not any(event["type"] == "resumed" for event in viewer.events):
        await asyncio.sleep(0.05)
    took = time.monotonic() - killed
    await watching
    print(f"went on {took:.1f} s after the kill at token {seen}")
    assert viewer.tokens == tokens
    assert viewer.in_order
    assert viewer.gaps == 0
    assert sum(event["type"] == "resumed" for event in viewer.events) == 1
    assert took <= 15


async def test_a_worker_told_to_go_hands_its_runs_over(production: Callable[[], Production]) -> None:
    site, redis = production()
    workers = await two_workers(site)
    viewer = Viewer(site.url, await person_cookie(site.url))
    tokens = await undisturbed(viewer)
    await viewer.start(**SPEC, max_tokens_per_second=PACE)
    await viewer.follow(tokens=5)
    watching = asyncio.create_task(viewer.follow())
    told = time.monotonic()
    await asyncio.to_thread(holder(workers, redis, viewer.run).terminate)
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
