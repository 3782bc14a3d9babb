"""How many events are on their way to one socket."""

from __future__ import annotations

import asyncio

import pytest

from playground.live.protocol import ACK_EVERY
from playground.live.window import Window


async def filled(size: int = ACK_EVERY) -> Window:
    """A window with no room left."""
    window = Window(size)
    window.begin("r", 0)
    await window.reserve("r")
    window.sent("r", size)
    return window


async def waits(window: Window, run: str = "r") -> bool:
    try:
        await asyncio.wait_for(window.reserve(run), 0.05)
    except TimeoutError:
        return True
    return False


async def test_a_full_window_makes_its_sender_wait_until_something_is_acknowledged() -> None:
    window = await filled()
    assert await waits(window)
    waiting = asyncio.create_task(window.reserve("r"))
    await asyncio.sleep(0)
    window.ack("r", 3)
    assert await waiting == 3


async def test_runs_take_turns() -> None:
    window = Window(4 * ACK_EVERY)
    for run in "abcd":
        window.begin(run, 0)
    assert [await window.reserve(run) for run in "abcd"] == [ACK_EVERY] * 4
    window.sent("a", ACK_EVERY)
    assert await waits(window, "a")


async def test_however_many_runs_there_are_each_gets_enough_to_be_acknowledged() -> None:
    window = Window()
    for run in map(str, range(16)):
        window.begin(run, 0)
        for seq in range(1, ACK_EVERY + 1):
            assert await window.reserve(run) >= 1
            window.sent(run, seq)
    assert await waits(window, "3")


async def test_what_is_reserved_and_not_used_is_given_back() -> None:
    window = Window(ACK_EVERY)
    window.begin("r", 0)
    await window.reserve("r")
    window.sent("r", 0)
    assert window.in_flight == 0


@pytest.mark.parametrize("seq", [0, 2, 10**9])
async def test_acknowledging_too_little_or_too_much_stays_within_what_was_sent(seq: int) -> None:
    window = await filled()
    window.ack("r", seq)
    assert window.in_flight == ACK_EVERY - min(seq, ACK_EVERY)


async def test_acknowledgements_of_other_runs_make_no_room() -> None:
    window = await filled()
    window.ack("another", ACK_EVERY)
    assert await waits(window)


async def test_beginning_again_forgets_what_was_on_its_way() -> None:
    window = await filled()
    window.begin("r", 3)
    assert window.in_flight == 0


async def test_what_was_sent_of_an_ended_run_counts_no_more() -> None:
    window = await filled()
    window.end("r")
    window.begin("next", 0)
    assert not await waits(window, "next")
