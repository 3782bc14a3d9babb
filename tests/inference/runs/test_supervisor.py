"""What becomes of runs that nobody holds."""

from __future__ import annotations

import time

import pytest

from inference.eventlog.memory import MemoryLog
from inference.events import Finished, decode
from inference.runs import supervisor as module
from inference.runs.ending import end_unheld
from inference.runs.supervisor import Supervisor


class Office:
    """A log, its supervisor, and what the supervisor enqueued."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.enqueued: list[tuple[str, str]] = []
        self.supervisor = Supervisor(self.log, lambda run, queue: self.enqueued.append((run, queue)))

    def lapse(self, run: str = "r") -> None:
        """``run`` is claimed by a worker that dies."""
        self.log.create(run, b"", "q", "ann")
        self.log.claim(run, f"dead-{time.monotonic()}", 0.0)

    def last(self, run: str = "r") -> Finished | None:
        entries = self.log.read(run)
        event = decode(entries[-1].data).event if entries else None
        return event if isinstance(event, Finished) else None


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    return Office()


def test_a_lapsed_run_is_enqueued_once(office: Office) -> None:
    office.lapse()
    office.supervisor.look()
    office.supervisor.look()
    assert office.enqueued == [("r", "q")]


def test_of_two_supervisors_one_acts(office: Office) -> None:
    office.lapse()
    other = Supervisor(office.log, lambda run, queue: office.enqueued.append((run, queue)))
    office.supervisor.look()
    other.look()
    assert office.enqueued == [("r", "q")]


def test_it_is_enqueued_again_while_workers_are_alive(office: Office) -> None:
    office.log.beat("worker", 5)
    office.lapse()
    for _ in range(3):
        office.supervisor.look()
        time.sleep(0.06)
    assert office.enqueued == [("r", "q")] * 3
    assert office.last() is None


def test_it_ends_clearly_where_no_worker_is_left(office: Office) -> None:
    office.lapse()
    office.supervisor.look()
    time.sleep(0.06)
    office.supervisor.look()
    last = office.last()
    assert last
    assert last.error
    assert (last.reason, last.error.code) == ("error", "no_worker")


def test_a_run_that_kills_its_workers_is_given_up(office: Office) -> None:
    office.log.beat("worker", 5)
    for _ in range(module.MAX_CLAIMS):
        office.lapse()
    office.supervisor.look()
    last = office.last()
    assert office.enqueued == []
    assert last
    assert last.error
    assert last.error.code == "worker_lost"


def test_ending_leaves_a_held_run_alone(office: Office) -> None:
    office.log.create("r", b"", "q", "ann")
    office.log.claim("r", "worker", 5)
    assert not end_unheld(office.log, "r", "cancelled")
    assert office.log.read("r") == []


def test_ending_twice_ends_once(office: Office) -> None:
    office.log.create("r", b"", "q", "ann")
    assert end_unheld(office.log, "r", "cancelled")
    assert not end_unheld(office.log, "r", "cancelled")
    assert len(office.log.read("r")) == 1
