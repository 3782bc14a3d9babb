"""How often somebody may ask: of this web process, or of the whole site. Knows nothing of what is asked."""

from __future__ import annotations

from typing import Protocol

from inference.eventlog.buckets import Bucket, NamedBuckets
from playground.live.log import event_log

__all__ = ["Bucket", "Buckets", "Permits", "SiteBuckets"]


class Permits(Protocol):
    """A bucket for each person."""

    def take(self, person: str) -> bool:
        """Whether there was a permit for ``person``."""


class Buckets:
    """Of this web process alone: where asking costs it little, and nobody else anything."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._named = NamedBuckets()

    def take(self, person: str) -> bool:
        return self._named.take(person, self._rate, self._burst)


class SiteBuckets:
    """Of all web processes together, kept with the event log: a person has one bucket called ``name``."""

    def __init__(self, name: str, rate: float, burst: float) -> None:
        self._name, self._rate, self._burst = name, rate, burst

    def take(self, person: str) -> bool:
        """Blocking. Raises ``LogUnavailable``."""
        return event_log().permit(f"{self._name}:{person}", self._rate, self._burst)
