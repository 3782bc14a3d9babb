"""A room with a teacher, over a worker in this process whose tokens carry the distribution that they were drawn from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from inference.events import Block, Dice, StageTrace, Token, Trace
from playground.classroom import consumers as classroom
from playground.classroom import rooms
from playground.live.limits import Buckets
from tests.inference.worker import engine as small
from tests.playground.classroom.people import Person
from tests.playground.live.conftest import engine, log

__all__ = ["engine", "log"]  # fixtures
PROBABILITIES = (0.5, 0.25, 0.125, 0.0625)  # of the drawn token and the three after it; 0.0625 is left to others


def entropy_at(step: int) -> float:
    return 0.5 + step / 10


def _traced(step: int, chosen: int, *rest: Any) -> Token:
    ids = [chosen, 1001, 1002, 1003]
    scores = np.log(np.array([PROBABILITIES], "<f4")) + 3.0
    stage = StageTrace("raw", 4, 0.0, 1.0, 3.0, 0, 0.0625, {})
    trace = Trace(ids, [f" t{i}".encode() for i in ids], [stage], Block.of(scores, "f4"), Block.of(np.ones((1, 4)), "i4"),
                  Block.of(np.zeros(4), "i1"), Block.of(np.zeros(4), "f4"), Dice(False, 0.25, 0, 0.0, 0.5))  # fmt: skip
    return Token(step, chosen, b"x", "x", math.log(0.5), None, None, entropy_at(step), 0.0, 0.0, 0.0, 1, step, trace, None)


@pytest.fixture(autouse=True)
def traces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "Token", _traced)
    plenty = Buckets(rate=1000, burst=1000)
    monkeypatch.setattr(classroom, "starts", plenty)
    monkeypatch.setattr(classroom, "joins", plenty)


@pytest.fixture
def code(log: Any) -> str:
    """Of a room that ``teacher`` has opened."""
    return rooms.open_room("teacher", "Tokens", language="en").code


@pytest.fixture
def teacher(code: str) -> Person:
    return Person("teacher", code)
