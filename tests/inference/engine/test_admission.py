"""Who joins the batch when: owners take turns, and what can never fit is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference import Engine
from inference.engine.handle import Handle
from tests.inference.engine.runs import finished, ids, prompt, spec


@pytest.fixture
def narrow(checkpoint: Callable[[str], Path]) -> Iterator[Engine]:
    """One run at a time."""
    with Engine.load(checkpoint("llama"), device="cpu", threads=1, rows=1) as engine:
        yield engine


def waited(handle: Handle) -> float:
    timing = finished(list(handle)).timing
    assert timing is not None
    return timing.queue_ms


def test_who_asks_once_does_not_wait_for_all_that_another_asked_before(narrow: Engine) -> None:
    many = [narrow.submit(spec(prompt(5, n), max_tokens=30), owner="ann") for n in range(6)]
    one = narrow.submit(spec(prompt(6), max_tokens=30), owner="ben")
    assert waited(one) < min(waited(handle) for handle in many[3:])


def test_runs_of_nobody_in_particular_come_in_order(narrow: Engine) -> None:
    handles = [narrow.submit(spec(prompt(5, n), max_tokens=10)) for n in range(5)]
    times = [waited(handle) for handle in handles]
    assert times == sorted(times)


def test_a_cancelled_run_that_waits_does_not_hold_up_its_owner(narrow: Engine) -> None:
    running = narrow.submit(spec(prompt(5), max_tokens=50, pace=100.0), owner="ann")
    gone, kept = (narrow.submit(spec(prompt(6, n)), owner="ben") for n in range(2))
    gone.cancel()
    assert finished(list(gone)).reason == "cancelled"
    running.cancel()
    assert len(ids(kept)) == 20
