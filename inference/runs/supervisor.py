"""Hands out runs that nobody holds: their worker died, let go of them, or never got to know of them. Torch-free.

Any number of supervisors may run, in web processes and in workers: the log hands each lapsed run to one of them. Knows nothing of
Celery: it is given a function that enqueues.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from inference.eventlog.protocol import EventLog, Lapsed
from inference.events import ErrorInfo
from inference.runs.ending import end_unheld
from inference.runs.periodic import Periodic

PERIOD_SECONDS = 0.5
PATIENCE_SECONDS = 20.0  # a run that was handed out and not claimed by then is handed out again
MAX_CLAIMS = 10  # a run that so many workers took up and none finished is not handed out again

logger = logging.getLogger(__name__)


class Supervisor(Periodic):
    """Looks after lapsed runs until it is stopped."""

    def __init__(self, log: EventLog, enqueue: Callable[[str, str], None]) -> None:
        super().__init__("supervisor", self.look, PERIOD_SECONDS)
        self._log = log
        self._enqueue = enqueue

    def look(self) -> None:
        """Hand out, or end, every run that has lapsed."""
        for lapsed in self._log.take_lapsed(PATIENCE_SECONDS):
            if error := self._hopeless(lapsed):
                end_unheld(self._log, lapsed.run, "error", error)
            else:
                logger.info("supervisor: handing out a lapsed run", extra={"run": lapsed.run, "claims": lapsed.claims})
                self._enqueue(lapsed.run, lapsed.queue)

    def _hopeless(self, lapsed: Lapsed) -> ErrorInfo | None:
        if lapsed.claims >= MAX_CLAIMS:
            return ErrorInfo("worker_lost", f"{lapsed.claims} workers took this run up and none finished it")
        if lapsed.tries and not self._log.workers():
            return ErrorInfo("no_worker", "no worker is running that could decode this")
        return None
