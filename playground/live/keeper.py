"""Stores the log of each run when it has ended, so that the work outlives the log. Runs in every web process.

Knows nothing of files: it reads logs and hands frames on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import close_old_connections

from inference.eventlog.protocol import EventLog
from inference.runs.periodic import Periodic
from playground.runs import keeping

PERIOD_SECONDS = 0.5
PAGE = 256

logger = logging.getLogger(__name__)


class Keeper(Periodic):
    """Stores until it is stopped. A full disk or a locked database: streams go on, and the next look tries again."""

    def __init__(self, log: EventLog) -> None:
        super().__init__("keeper", self.look, PERIOD_SECONDS)
        self._log = log

    def look(self) -> None:
        """Store every run that has ended."""
        try:
            self._store_ended()
        finally:
            close_old_connections()

    def _store_ended(self) -> None:
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
