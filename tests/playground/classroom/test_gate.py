"""Where a class waits."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from playground.classroom.distribution import table_of
from playground.classroom.gate import Gate, Held, Rule
from playground.classroom.scoring import insight, ranks


def token(step: int, entropy: float = 1.0) -> dict[str, Any]:
    return {"type": "token", "step": step, "raw_entropy": entropy}


EVENTS: list[dict[str, Any]] = [{"type": "started", "output_ids": []}, {"type": "prefilled"}, *(token(step) for step in range(6)), {"type": "finished"}]


async def settled(gate: Gate, then: Any = None) -> int:
    """How many events may be seen once nothing moves any more; ``then`` changes something on the way."""
    task = asyncio.create_task(gate.run_on())
    for change in (then,) if then else ():
        await asyncio.sleep(0)
        change()
    for _ in range(200):
        await asyncio.sleep(0)
    task.cancel()
    return gate.released


def gate_with(rule: Rule) -> Gate:
    gate = Gate("run", rule)
    for event in EVENTS:
        gate.add(event)
    return gate


@pytest.mark.parametrize(
    ("rule", "released", "held"),
    [
        (Rule(), 9, None),
        (Rule(hold_at=0), 2, Held(0, "hand", 1.0)),
        (Rule(hold_at=3), 5, Held(3, "hand", 1.0)),
        (Rule(every=4), 6, Held(4, "every", 1.0)),
        (Rule(passed=5, every=4), 9, None),
        (Rule(passed=2, hold_at=2), 4, Held(2, "hand", 1.0)),
        (Rule(entropy=1.0), 2, Held(0, "entropy", 1.0)),
        (Rule(entropy=1.01), 9, None),
        (Rule(passed=10**6, hold_at=3), 9, None),
    ],
)
async def test_a_gate_opens_as_far_as_its_rule(rule: Rule, released: int, held: Held | None) -> None:
    gate = gate_with(rule)
    assert await settled(gate) == released
    assert gate.held == held
    assert gate.finished == (released == 9)


async def test_a_rule_that_changes_moves_the_gate_on() -> None:
    gate = gate_with(Rule(every=2))
    assert await settled(gate, lambda: gate.obey(Rule(passed=3, every=2))) == 6
    assert (gate.held, gate.steps) == (Held(4, "every", 1.0), 4)


async def test_a_gate_that_the_class_has_left_holds_nothing_back() -> None:
    gate = gate_with(Rule(hold_at=0))
    gate.open()
    assert await gate.beyond(100) > 100


async def test_another_history_starts_over() -> None:
    gate = gate_with(Rule(every=2))
    await settled(gate)
    gate.start_over()
    assert (gate.released, gate.held, gate.tokens) == (0, None, {})


@pytest.mark.parametrize(("p", "points"), [(1.0, 10.0), (0.5, 9.0), (0.25, 8.0), (2**-10, 0.0), (2**-20, 0.0), (0.0, 0.0)])
def test_insight_loses_a_point_with_each_halving(p: float, points: float) -> None:
    assert math.isclose(insight(p), points, abs_tol=1e-12)


def test_equal_points_share_a_place_and_the_next_is_left_out() -> None:
    assert ranks([5.0, 7.0, 7.04, 1.0, 5.0]) == [3, 1, 1, 5, 3]
    assert ranks([]) == []


def test_a_step_without_a_trace_has_no_distribution() -> None:
    assert table_of({"type": "token", "trace": None}) == []
