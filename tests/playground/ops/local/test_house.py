from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.ops.local.house import QUICK_LIMIT, House
from playground.ops.local.service import DidNotStart, Service
from tests.site import until


class Told(list[str]):
    """What the operator is told."""

    def times(self, text: str) -> int:
        return sum(text in line for line in self)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def house(tmp_path: Path, told: Told) -> Iterator[House]:
    house = House(tmp_path, told.append)
    yield house
    house.stop()
    house.end()


def writes_and(path: Path, then: str) -> Service:
    """A process that adds a line to ``path``; it answers when there is one."""
    code = f"import time; print('a word'); open({str(path)!r}, 'a').write('x\\n'); {then}"
    return Service("it", [sys.executable, "-c", code], path.exists)


def starts(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_what_dies_is_started_again_and_the_operator_is_told(tmp_path: Path, house: House, told: Told) -> None:
    path = tmp_path / "starts"
    house.start(writes_and(path, f"time.sleep(3600 if len(open({str(path)!r}).readlines()) > 1 else 0)"))
    keeping = threading.Thread(target=house.keep)
    keeping.start()
    until(lambda: starts(path) == 2)
    house.stop()
    keeping.join()
    assert told.times("it ended unexpectedly; starting it again") == 1


def test_what_dies_right_after_each_start_is_given_up_with_its_last_words(tmp_path: Path, house: House) -> None:
    path = tmp_path / "starts"
    house.start(writes_and(path, "raise SystemExit(3)"))
    with pytest.raises(DidNotStart, match=f"it ended {QUICK_LIMIT} times right after its start:\n(?s:.*)a word"):
        house.keep()
    assert starts(path) == QUICK_LIMIT


def test_what_ends_before_it_answers_is_said_with_its_last_words(tmp_path: Path, house: House) -> None:
    service = Service("it", [sys.executable, "-c", "raise SystemExit('no such thing')"], lambda: False)
    with pytest.raises(DidNotStart, match="it did not start:\nno such thing"):
        house.start(service)


def test_every_service_is_gone_at_the_end(tmp_path: Path, house: House) -> None:
    house.start(writes_and(tmp_path / "starts", "time.sleep(3600)"))
    (running,) = house._running
    house.end()
    assert not running.alive
