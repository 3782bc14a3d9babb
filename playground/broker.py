"""The broker of embedded mode: kombu's in-process one, but that a message wakes the worker, which else would see it at its next look.

Threads of one process; torch-free. Knows nothing of what the messages say.
"""

from __future__ import annotations

import threading
import time
from queue import Empty
from typing import Any

from kombu.transport import memory

_put = threading.Event()  # something has been put since a worker last looked


class Channel(memory.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)  # type: ignore[no-untyped-call]
        _put.set()


class Transport(memory.Transport):
    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Deliver one message, when there is one. Raises ``TimeoutError`` after ``timeout`` seconds without.

        It looks again after ``polling_interval`` at the latest: a worker may be full when the message comes, and free later.
        """
        cycle: Any = self.cycle  # the queues, in turn
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            _put.clear()  # before the look: what is put after it is not slept over
            try:
                cycle.get(self._deliver, timeout=timeout)
                return
            except Empty:
                left = self.polling_interval if until is None else min(self.polling_interval, until - time.monotonic())
            if left <= 0:
                raise TimeoutError
            _put.wait(left)
