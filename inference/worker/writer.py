"""Logs the events of one run under its lease. Knows nothing of engines.

Numbers the events, and makes good what a log's server lost when it was killed: the last few appends are kept and repeated.
"""

from __future__ import annotations

from collections import deque

from inference.eventlog.protocol import Entry, EventLog, Lease, MissingEvents
from inference.events import Event, Finished, encode

KEPT_EVENTS = 1024  # Redis flushes its file every second, so about that much can go missing
KEPT_BYTES = 8 * 1024 * 1024


class HistoryLost(RuntimeError):
    """More of the log is gone than can be repeated: the run has to begin again."""


class Writer:
    """Appends to one run's log from ``last_seq`` on."""

    def __init__(self, log: EventLog, lease: Lease, last_seq: int) -> None:
        self._log = log
        self._lease = lease
        self._seq = last_seq
        self._kept: deque[Entry] = deque()
        self._kept_bytes = 0

    def say(self, event: Event) -> None:
        """Log ``event``. Raises ``StaleLease``, ``UnknownRun``, ``HistoryLost`` or ``LogUnavailable``."""
        self._seq += 1
        entry = Entry(self._seq, encode(event, self._lease.run, self._seq), isinstance(event, Finished))
        self._keep(entry)
        try:
            self._append(entry)
        except MissingEvents as missing:
            self._repeat_after(missing.last_seq)

    def _append(self, entry: Entry) -> None:
        self._log.append(self._lease, entry.seq, entry.data, final=entry.final)

    def _keep(self, entry: Entry) -> None:
        self._kept.append(entry)
        self._kept_bytes += len(entry.data)
        while len(self._kept) > KEPT_EVENTS or (self._kept_bytes > KEPT_BYTES and len(self._kept) > 1):
            self._kept_bytes -= len(self._kept.popleft().data)

    def _repeat_after(self, last_seq: int) -> None:
        if self._kept[0].seq > last_seq + 1:
            raise HistoryLost(self._lease.run)
        for entry in self._kept:
            if entry.seq > last_seq:
                self._append(entry)
