"""How many events are on their way to one socket."""

from __future__ import annotations

import asyncio

import pytest

from playground.live.window import SHARE, Window


async def filled(size: int = SHARE) -> Window:
    """A window with no room left."""
    window = Window(size)
    window.begin("r", 0)
    window.sent("r", size, await window.reserve())
    return window


async def waits(window: Window) -> bool:
    try:
        await asyncio.wait_for(window.reserve(), 0.05)
    except TimeoutError:
        return True
    return False


async def test_a_full_window_makes_its_sender_wait_until_something_is_acknowledged() -> None:
    window = await filled()
    assert await waits(window)
    waiting = asyncio.create_task(window.reserve())
    await asyncio.sleep(0)
    window.ack("r", 3)
    assert await waiting == 3


async def test_runs_take_turns() -> None:
    window = Window(4 * SHARE)
    assert [await window.reserve() for _ in range(4)] == [SHARE] * 4
    assert await waits(window)


async def test_what_is_reserved_and_not_used_is_given_back() -> None:
    window = Window(SHARE)
    window.begin("r", 0)
    window.sent("r", 0, await window.reserve())
    assert window.in_flight == 0


@pytest.mark.parametrize("seq", [0, 2, 10**9])
async def test_acknowledging_too_little_or_too_much_stays_within_what_was_sent(seq: int) -> None:
    window = await filled()
    window.ack("r", seq)
    assert window.in_flight == SHARE - min(seq, SHARE)


async def test_acknowledgements_of_other_runs_make_no_room() -> None:
    window = await filled()
    window.ack("another", SHARE)
    assert await waits(window)


async def test_beginning_again_forgets_what_was_on_its_way() -> None:
    window = await filled()
    window.begin("r", 3)
    assert window.in_flight == 0


async def test_an_ended_run_counts_until_it_is_acknowledged() -> None:
    window = await filled()
    window.end("r")
    assert await waits(window)
    window.ack("r", SHARE)
    assert window.in_flight == 0
