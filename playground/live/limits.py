"""How often somebody may ask. Token buckets in this process's memory; knows nothing of what is asked."""

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


class Buckets:
    """A bucket for each person. Those who have not asked for a while are forgotten."""

    def __init__(self, rate: float, burst: float, most: int = 10_000) -> None:
        self._rate, self._burst, self._most = rate, burst, most
        self._buckets: dict[str, Bucket] = {}

    def take(self, person: str) -> bool:
        if len(self._buckets) > self._most:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if not bucket.full}
        return self._buckets.setdefault(person, Bucket(self._rate, self._burst)).take()
