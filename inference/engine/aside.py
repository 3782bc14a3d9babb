"""Work beside the batch: done on the engine's thread, one piece a turn, so that decoding goes on in between. Knows nothing of what it is.

For what does not fit the batch: passes with hooks, with gradients, or with every attention weight.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

from inference.engine.errors import RunError

T = TypeVar("T")
MOST_AT_ONCE = 4  # works in progress: each may hold a cache of its own

Pieces = Generator[None, None, T]


class Work(Generic[T]):
    """A generator that does about as much between two yields as a chunk of a prompt takes, and returns the result.

    It must leave no mode of torch switched on across a yield: the thread belongs to the batch then.
    """

    def __init__(self, pieces: Pieces[T]) -> None:
        self._pieces = pieces
        self.over = self.cancelled = False
        self._result: queue.SimpleQueue[tuple[T] | RunError] = queue.SimpleQueue()

    def advance(self) -> None:
        """Do one piece. Raises what the work raises."""
        try:
            next(self._pieces)
        except StopIteration as stop:
            self.over = True
            self._result.put((stop.value,))

    def fail(self, error: RunError) -> None:
        """End it with ``error``."""
        self.over = True
        self._pieces.close()
        self._result.put(error)

    def cancel(self) -> None:
        """End it before its next piece."""
        self.cancelled = True

    def result(self) -> T:
        """Blocks until it is done. Raises ``RunError`` where it could not be."""
        result = self._result.get()
        if isinstance(result, RunError):
            raise result
        return result[0]


class Aside:
    """The works of one engine: a few take turns, the others wait. ``failure`` makes an error of whatever one of them raises."""

    def __init__(self, failure: Callable[[Exception], RunError]) -> None:
        self._failure = failure
        self._works: deque[Work[Any]] = deque()
        self._waiting: deque[Work[Any]] = deque()

    def __bool__(self) -> bool:
        return bool(self._works or self._waiting)

    def add(self, work: Work[Any]) -> None:
        self._waiting.append(work)

    def turn(self) -> None:
        """One piece of the work whose turn it is."""
        while self._waiting and len(self._works) < MOST_AT_ONCE:
            self._works.append(self._waiting.popleft())
        if not self._works:
            return
        work = self._works.popleft()
        self._advance(work)
        if not work.over:
            self._works.append(work)

    def end(self, error: RunError) -> None:
        """End all of them."""
        for work in (*self._works, *self._waiting):
            work.fail(error)
        self._works.clear()
        self._waiting.clear()

    def _advance(self, work: Work[Any]) -> None:
        if work.cancelled:
            return work.fail(RunError("cancelled", "The question was withdrawn."))
        try:
            work.advance()
        except RunError as error:
            work.fail(error)
        except Exception as error:  # whatever a model raises
            work.fail(self._failure(error))
