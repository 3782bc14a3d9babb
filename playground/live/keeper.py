"""Stores the log of each run when it has ended, so that the work outlives the log. Runs in every web process.

Knows nothing of files: it reads logs and hands frames on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

from django.db import close_old_connections

from inference.eventlog.protocol import EventLog, LogUnavailable
from playground.runs import keeping

PERIOD_SECONDS = 0.5
PAGE = 256

logger = logging.getLogger(__name__)


class Keeper:
    """A thread that stores until it is stopped."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _go(self) -> None:
        while not self._stopped.wait(PERIOD_SECONDS):
            try:
                self.look()
            except LogUnavailable:
                continue
            except Exception:  # a full disk, a locked database: streams go on, and the next look tries again
                logger.exception("keeper: a look failed")
            finally:
                close_old_connections()

    def look(self) -> None:
        """Store every run that has ended."""
        for run in keeping.unkept():
            head = self._log.head(run)
            if head is None:
                if keeping.settled(run):
                    keeping.lose(run)
            elif head.finished and keeping.claim(run):
                self._keep(run, head.epoch)

    def _keep(self, run: str, epoch: str) -> None:
        try:
            keeping.store(run, epoch, list(self._frames(run)))
        except Exception:  # one run that cannot be stored keeps no other from it; it is tried again when its claim has lapsed
            logger.exception("keeper: a run could not be stored", extra={"run": run})

    def _frames(self, run: str) -> Iterator[bytes]:
        after = 0
        while entries := self._log.read(run, after, PAGE):
            yield from (entry.data for entry in entries)
            after = entries[-1].seq
