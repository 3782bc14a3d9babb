"""Starts of runs wait for one another in a process that has many at once: in threads of their own, and each with a place. Knows nothing of sockets.

So whoever cancels, asks or comes back meanwhile waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

THREADS = ThreadPoolExecutor(4, "start")  # the database lets one write at a time


class Line:
    """Who came when. First come, first served, give or take the threads that serve at once."""

    def __init__(self) -> None:
        self._came = self._gone = 0

    @contextmanager
    def joined(self) -> Iterator[Callable[[], int]]:
        """Stand in the line; what is yielded tells how many are before one."""
        mine = self._came
        self._came += 1
        try:
            yield lambda: max(0, mine - self._gone)
        finally:
            self._gone += 1


the_line = Line()
