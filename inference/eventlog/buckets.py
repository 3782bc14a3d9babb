"""Token buckets in this process's memory. Knows nothing of what a permit is for."""

from __future__ import annotations

import time
from collections.abc import Callable


class Bucket:
    """Holds ``burst`` permits and gains ``rate`` a second."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._permits, self._seen = burst, clock()

    def take(self) -> bool:
        """Whether there was a permit."""
        now = self._clock()
        self._permits = min(self._burst, self._permits + (now - self._seen) * self._rate)
        self._seen = now
        if self._permits < 1:
            return False
        self._permits -= 1
        return True

    @property
    def full(self) -> bool:
        return self._permits + (self._clock() - self._seen) * self._rate >= self._burst


class NamedBuckets:
    """A bucket for each name. Those that have been full for a while are forgotten: a new one is the same."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._buckets: dict[str, Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str, rate: float, burst: float) -> bool:
        """Whether the bucket called ``name`` had a permit."""
        if len(self._buckets) > self._most:
            self._buckets = {other: bucket for other, bucket in self._buckets.items() if not bucket.full}
        return self._buckets.setdefault(name, Bucket(rate, burst)).take()
