"""Decodes one run: claims it, loads its model, and logs what the engine says, to the end or until somebody else takes over.

Harmless to call twice for the same run, or for one that has ended: the lease decides who decodes.
"""

from __future__ import annotations

import logging
import secrets

from inference.eventlog.protocol import EventLog, Lease, LogUnavailable, StaleLease, UnknownRun
from inference.events import Finished, Loading
from inference.runs.history import History, history_of
from inference.runs.job import Job
from inference.worker.care import Care, Cared
from inference.worker.engines import Engines
from inference.worker.moderated import moderated
from inference.worker.refusals import error_info
from inference.worker.writer import HistoryLost, Writer

MAX_BEGINNINGS = 5  # a run whose log is lost so often is left to the supervisor

logger = logging.getLogger(__name__)


class Decoder:
    """Decodes runs of one worker process, many at once from many threads."""

    def __init__(self, log: EventLog, models: Engines, care: Care, *, lease_seconds: float) -> None:
        self._log = log
        self._models = models
        self._care = care
        self._lease_seconds = lease_seconds

    def decode(self, run: str) -> None:
        """Decode ``run`` where nobody else does. Never raises for what goes wrong within the run: that is its last event."""
        if self._care.draining or (meta := self._log.meta(run)) is None:
            return
        job = Job.unpack(meta)
        for _ in range(MAX_BEGINNINGS):
            lease = self._log.claim(run, f"{self._care.worker}:{secrets.token_hex(8)}", self._lease_seconds)
            if lease is None or self._held(lease, job):
                return
            self._log.create(run, meta, job.queue, job.person)

    def _held(self, lease: Lease, job: Job) -> bool:
        """Decode under ``lease``; false where the log was lost and the run begins again."""
        cared = self._care.take(lease)
        try:
            self._go_on(cared, job)
        except UnknownRun:
            return False
        except HistoryLost:
            self._log.restart(lease)
            return False
        except StaleLease:
            logger.info("another worker has taken the run over", extra={"run": lease.run})
        except LogUnavailable:
            logger.warning("the event log is away: leaving the run", extra={"run": lease.run})
        finally:
            cared.stop()
            self._care.leave(cared)
            self._let_go(lease)
        return True

    def _go_on(self, cared: Cared, job: Job) -> None:
        """Log the run's events from where its log ends."""
        history = history_of(self._log, cared.lease.run)
        writer = Writer(self._log, cared.lease, history.last_seq)
        try:
            self._follow_engine(cared, job, history, writer)
        except (StaleLease, UnknownRun, HistoryLost, LogUnavailable):
            raise
        except Exception as error:
            logger.exception("the run failed", extra={"run": cared.lease.run})
            if not cared.stopped:
                writer.say(Finished("error", None, "", error_info(error), history.usage, None, None))

    def _follow_engine(self, cared: Cared, job: Job, history: History, writer: Writer) -> None:
        (control,) = self._log.control([cared.lease.run])
        cared.obey(control)
        if cared.cancelled:
            writer.say(Finished("cancelled", None, "", None, history.usage, None, None))
            return
        engine = self._models.get(job.source, lambda fraction: writer.say(Loading(job.source.name, fraction)))
        handle = engine.submit(job.spec, progress=history.progress, submitted_at=job.submitted_at, owner=job.person)
        cared.attach(handle)
        for event in moderated(handle, job.filters, history):
            if cared.stopped:
                return
            writer.say(event)

    def _let_go(self, lease: Lease) -> None:
        try:
            self._log.release(lease)
        except LogUnavailable:
            logger.warning("the event log is away: the lease will lapse", extra={"run": lease.run})
