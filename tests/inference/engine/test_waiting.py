"""Owners take turns, and nobody starves."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine.batch import Chunk
from inference.engine.errors import RunError
from inference.engine.job import Fed, Job, Part
from inference.engine.waiting import Waiting


class Idle(Job):
    """A job that is only waited with."""

    def __init__(self, owner: str | None) -> None:
        super().__init__([Part([1])], 1)
        self.owner = owner

    @property
    def cancelled(self) -> bool:
        return False

    def chunks(self, budget: int) -> list[Chunk]:
        return []

    def use(self, fed: Sequence[Fed], logits: torch.Tensor, forward_ms: float) -> None: ...

    def take_up(self) -> None: ...

    def cancel(self) -> None: ...

    def fail(self, error: RunError) -> None: ...


def owners(waiting: Waiting) -> list[str | None]:
    return [waiting.take().owner for _ in range(len(waiting))]


def filled(line: str) -> Waiting:
    waiting = Waiting()
    for owner in line:
        waiting.add(Idle(owner))
    return waiting


def test_owners_take_turns() -> None:
    assert owners(filled("aaaabbc")) == [*"abcabaa"]


def test_one_owner_is_served_in_the_order_of_coming() -> None:
    waiting = Waiting()
    jobs = [Idle(None) for _ in range(4)]
    for job in jobs:
        waiting.add(job)
    assert [waiting.take() for _ in jobs] == jobs


def test_who_comes_back_from_the_batch_goes_first() -> None:
    waiting = filled("ab")
    late, early = Idle("c"), Idle("c")
    waiting.put_back(late)
    waiting.put_back(early)
    assert [waiting.take() for _ in range(2)] == [early, late]
    assert owners(waiting) == ["a", "b"]


def test_first_is_what_take_takes() -> None:
    waiting = filled("aabc")
    while len(waiting):
        assert waiting.first() is waiting.take()
    assert waiting.first() is None


def test_a_removed_job_is_gone_and_the_others_keep_their_turns() -> None:
    waiting = filled("aab")
    gone = Idle("c")
    waiting.add(gone)
    waiting.remove(gone)
    assert owners(waiting) == ["a", "b", "a"]


@settings(deadline=None)
@given(line=st.text("abcdef", min_size=1, max_size=40), arrivals=st.lists(st.text("abcdefgh", max_size=3), min_size=200, max_size=200))
def test_a_job_waits_at_most_its_place_in_its_owners_line_times_the_owners(line: str, arrivals: list[str]) -> None:
    """Whoever arrives meanwhile, new owners and old ones."""
    waiting = filled(line)
    watched = list(waiting)
    place = {job: [other for other in watched if other.owner == job.owner].index(job) + 1 for job in watched}
    most = len({*line, *"abcdefgh"})
    for turn, arriving in enumerate(arrivals, start=1):
        if not len(waiting):
            break
        job = waiting.take()
        assert turn <= place.pop(job, turn) * most
        for owner in arriving:
            waiting.add(Idle(owner))
    assert not any(turn > count * most for count in place.values())
