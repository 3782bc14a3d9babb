"""Memory that was freed goes back to the system once a minute, in web processes and in workers: see ``inference.allocator.trim``."""

from __future__ import annotations

from inference.allocator import trim
from inference.runs.periodic import Periodic

PERIOD_SECONDS = 60.0  # a trim takes some milliseconds


def keep_trimmed() -> None:
    """From now on, until the process ends."""
    Periodic("trim", trim, PERIOD_SECONDS).start()
