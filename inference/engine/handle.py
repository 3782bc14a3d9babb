"""The reader's end of a run: its events, and what a reader may ask of it while it runs. Thread-safe; knows nothing of scheduling."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

from inference.events import Event, Finished
from inference.spec import Watch


class Handle:
    """Iterate over it to get the run's events as they happen; the last one is ``Finished``."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._ended = False
        self.wake: Callable[[], None] = lambda: None
        self.cancelled = False
        self.wanted: Watch | None = None

    def __iter__(self) -> Iterator[Event]:
        while (event := self.get()) is not None:
            yield event

    def get(self, timeout: float | None = None) -> Event | None:
        """The next event; ``None`` where there is none within ``timeout`` seconds, or where ``Finished`` has been given out."""
        if self._ended:
            return None
        try:
            event = self._events.get(timeout=timeout)
        except queue.Empty:
            return None
        self._ended = isinstance(event, Finished)
        return event

    @property
    def ended(self) -> bool:
        """Whether ``Finished`` has been given out."""
        return self._ended

    def cancel(self) -> None:
        """End the run between two steps. Does nothing to one that is over."""
        self.cancelled = True
        self.wake()

    def watch(self, watch: Watch) -> None:
        """Show ``watch`` from the next step on. Tokens, layers and heads that the model does not have are left out."""
        self.wanted = watch

    def put(self, event: Event) -> None:
        """For the engine: hand over an event."""
        self._events.put(event)
