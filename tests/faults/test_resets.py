"""Connections are reset at random while many watch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.faults.conftest import Production
from tests.viewer import Viewer, person_cookie

pytestmark = [pytest.mark.faults, pytest.mark.redis, pytest.mark.timeout(400)]

RUNS, CLIENTS, TOKENS = 5, 50, 500
SPEC = {"prompt": "Once upon a time", "sampling": {"max_tokens": TOKENS, "ignore_eos": True}, "watch": {"top_n": 0, "attention": "off"}}


async def test_fifty_clients_get_every_event_once_and_in_order(production: Callable[[], Production]) -> None:
    site, _ = production()
    await asyncio.to_thread(site.worker)
    cookie = await person_cookie(site.url)
    first = [Viewer(site.url, cookie) for _ in range(RUNS)]
    for viewer in first:
        await viewer.start(**SPEC, max_tokens_per_second=40)
    viewers = [Viewer(site.url, cookie, first[i % RUNS].run) for i in range(CLIENTS)]
    await asyncio.gather(*(viewer.follow(reset_every=2.0) for viewer in viewers))
    print(f"{sum(viewer.connections for viewer in viewers)} connections for {CLIENTS} clients")
    assert all(viewer.in_order for viewer in viewers)
    assert all(len(viewer.tokens) == TOKENS for viewer in viewers)
    assert all(viewer.gaps == 0 for viewer in viewers)
    assert min(viewer.connections for viewer in viewers) > 1
