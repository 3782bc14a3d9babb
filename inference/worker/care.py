"""One thread that looks after all runs of a worker process: renews their leases, and passes on what viewers ask for.

It works while a run says nothing (a model is being loaded, a step is slow or paced), which the loop over its events could not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from inference.eventlog.protocol import Control, EventLog, Lease, LogUnavailable, StaleLease, UnknownRun
from inference.runs import memory
from inference.runs.memory import InMemory
from inference.spec import Watch
from inference.worker.engines import Handle

PERIOD_SECONDS = 0.05  # the most that a viewer waits until Stop takes effect, beside the step that is being decoded
BEATS_PER_TTL = 3
BEAT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Cared:
    """One run of this process, as far as it has got."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.stopped = False  # handed over or lost: what the engine still says is not logged
        self.cancelled = False
        self._handle: Handle | None = None
        self._watch: bytes | None = None
        self._lock = threading.Lock()
        self._renewed = time.monotonic()

    def attach(self, handle: Handle) -> None:
        """The engine has taken the run up. What was asked before counts now."""
        with self._lock:
            self._handle = handle
            if self.cancelled or self.stopped:
                handle.cancel()
            if self._watch is not None:
                handle.watch(Watch.model_validate_json(self._watch))

    def stop(self) -> None:
        """Decode no further and log nothing more."""
        with self._lock:
            self.stopped = True
            if self._handle:
                self._handle.cancel()

    def obey(self, control: Control) -> None:
        with self._lock:
            if control.cancelled and not self.cancelled:
                self.cancelled = True
                if self._handle:
                    self._handle.cancel()
            if control.watch is not None and control.watch != self._watch:
                self._watch = control.watch
                if self._handle:
                    self._handle.watch(Watch.model_validate_json(control.watch))

    def renew(self, log: EventLog) -> None:
        if time.monotonic() - self._renewed < self.lease.ttl_seconds / BEATS_PER_TTL:
            return
        try:
            log.renew(self.lease)
            self._renewed = time.monotonic()
        except (StaleLease, UnknownRun):
            self.stop()


class Care:
    """The thread. ``worker`` is the name under which this process says that it is alive, and which ``models`` it has in memory."""

    def __init__(self, log: EventLog, worker: str, models: Callable[[], list[InMemory]] = list) -> None:
        self._log = log
        self.worker = worker
        self._models = models
        self._runs: dict[str, Cared] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._beaten = 0.0
        self.draining = False
        self._thread = threading.Thread(target=self._go, name="care", daemon=True)

    def start(self) -> None:
        self._beat()
        self._thread.start()

    def take(self, lease: Lease) -> Cared:
        cared = Cared(lease)
        with self._lock:
            self._runs[lease.owner] = cared
        if self.draining:
            cared.stop()
        return cared

    def leave(self, cared: Cared) -> None:
        with self._lock:
            self._runs.pop(cared.lease.owner, None)

    def drain(self) -> None:
        """Stop every run, so that another worker goes on with it; take no new ones."""
        self.draining = True
        for cared in self._all():
            cared.stop()

    def end(self) -> None:
        self._ended.set()
        with suppress(LogUnavailable):
            self._log.beat(self.worker, 0)

    def _go(self) -> None:
        while not self._ended.wait(PERIOD_SECONDS):
            try:
                self._round()
            except LogUnavailable:
                continue
            except Exception:
                logger.exception("care: a round failed")

    def _round(self) -> None:
        if time.monotonic() - self._beaten > BEAT_SECONDS / BEATS_PER_TTL:
            self._beat()
        if not (cared := self._all()):
            return
        for one, control in zip(cared, self._log.control([one.lease.run for one in cared]), strict=True):
            one.obey(control)
            one.renew(self._log)

    def _beat(self) -> None:
        self._log.beat(self.worker, BEAT_SECONDS)
        memory.tell(self._log, self.worker, self._models(), BEAT_SECONDS)
        self._beaten = time.monotonic()

    def _all(self) -> list[Cared]:
        with self._lock:
            return list(self._runs.values())
