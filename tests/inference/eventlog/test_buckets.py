"""A bucket gives what it holds, and then what it gains."""

from __future__ import annotations

from inference.eventlog.buckets import Bucket, NamedBuckets


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


def test_each_name_has_a_bucket() -> None:
    buckets = NamedBuckets()
    assert [buckets.take(person, 0.001, 1) for person in ("ann", "bob", "ann")] == [True, True, False]


def test_those_that_are_full_again_are_forgotten() -> None:
    buckets = NamedBuckets(most=10)
    for i in range(100):
        buckets.take(f"person{i}", 1e9, 1)
    assert len(buckets) <= 12
