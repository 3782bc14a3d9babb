"""Something that is done again and again, in a thread of its own: mostly a look at the event log. Torch-free; knows nothing of what it looks for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from inference.eventlog.protocol import LogUnavailable

logger = logging.getLogger(__name__)


class Periodic:
    """A thread that calls ``look`` every ``period_seconds`` until it is stopped. A look that fails is repeated with the next."""

    def __init__(self, name: str, look: Callable[[], None], period_seconds: float) -> None:
        self._name, self._look, self._period = name, look, period_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _go(self) -> None:
        while not self._stopped.wait(self._period):
            try:
                self._look()
            except LogUnavailable:
                continue
            except Exception:
                logger.exception("%s: a look failed", self._name)
