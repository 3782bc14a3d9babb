"""How often somebody may ask."""

from __future__ import annotations

from playground.live.limits import Bucket, Buckets


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    bucket = Bucket(rate=2, burst=3, clock=clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_waiting_never_gives_more_than_the_burst() -> None:
    clock = Clock()
    bucket = Bucket(rate=2, burst=3, clock=clock)
    clock.now = 1000
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_each_person_has_a_bucket() -> None:
    buckets = Buckets(rate=0.001, burst=1)
    assert [buckets.take(person) for person in ("ann", "bob", "ann")] == [True, True, False]


def test_those_who_are_gone_are_forgotten() -> None:
    buckets = Buckets(rate=1e9, burst=1, most=10)
    for i in range(100):
        buckets.take(f"person{i}")
    assert len(buckets._buckets) <= 12
