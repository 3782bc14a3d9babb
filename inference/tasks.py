"""Celery shells: what a worker process is told, handed to the code that does it. Knows nothing of Django.

The worker's settings travel in the Celery app's ``logitscope`` setting (``WorkerConfig``). Tasks are acknowledged before they run
and Celery redelivers nothing: a run whose worker died is handed out again by the supervisor, which knows by its lease.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from functools import cache
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps, current_app, shared_task
from pydantic import BaseModel, ConfigDict

from inference.eventlog import open_log
from inference.runs.inquiry import INSIGHT_TASK, Inquiry
from inference.runs.job import DECODE_TASK
from inference.runs.order import ORDER_TASK, Order
from inference.runs.supervisor import Supervisor
from inference.spec import ModelSource
from inference.worker.answer import Answerer
from inference.worker.care import Care
from inference.worker.decode import Decoder
from inference.worker.foreman import Foreman
from inference.worker.models import Models

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 30.0  # a worker holds on to its runs while the log's server restarts


class WorkerConfig(BaseModel):
    """What a worker process is told at its start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_log_url: str
    journal_dir: Path | None = None
    lease_seconds: float = 5.0
    log_ttl_seconds: float = 3600.0
    model_roots: tuple[Path, ...] = ()
    model_memory_bytes: int | None = None  # of all loaded models; None: most of what is free
    preload: ModelSource | None = None  # loaded at once rather than by the first run that asks for it


class Worker:
    """The parts of this worker process, put together."""

    def __init__(self, config: WorkerConfig, app: Celery) -> None:
        log = open_log(
            config.event_log_url, config.journal_dir, patience_seconds=PATIENCE_SECONDS, ttl_seconds=config.log_ttl_seconds
        )
        self._preload = config.preload
        self.models = Models(config.model_roots, config.model_memory_bytes)
        self.care = Care(log, f"{socket.gethostname()}:{os.getpid()}", self.models.in_memory)
        self.decoder = Decoder(log, self.models, self.care, lease_seconds=config.lease_seconds)
        self.answerer = Answerer(log, self.models)
        self.foreman = Foreman(log, self.models, self.care.worker)
        self.supervisor = Supervisor(log, lambda run, queue: app.send_task(DECODE_TASK, [run], queue=queue, ignore_result=True))

    def start(self) -> None:
        self.care.start()
        self.supervisor.start()
        self.foreman.start()
        if self._preload:
            threading.Thread(target=self._load, args=(self._preload,), name="preload", daemon=True).start()

    def stop(self) -> None:
        """Hand the running runs over, and say goodbye."""
        self.supervisor.stop()
        self.foreman.stop()
        self.care.drain()
        self.care.end()

    def _load(self, source: ModelSource) -> None:
        try:
            self.models.get(source)
            logger.info("preloaded %s", source.name)
        except Exception as error:  # a run of this model will say so to the person who asks for it
            logger.warning("the model could not be preloaded: %s", error)


@cache
def this_worker() -> Worker:
    """The worker of this process."""
    return Worker(WorkerConfig.model_validate(current_app.conf["logitscope"]), current_app._get_current_object())


class WorkerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts with the worker process; when it stops, hands its runs over before the pool waits for their threads."""

    requires = ("celery.worker.components:Pool",)

    def start(self, parent: Any) -> None:
        this_worker().start()

    def stop(self, parent: Any) -> None:
        this_worker().stop()

    def terminate(self, parent: Any) -> None:
        this_worker().stop()


current_app.steps["worker"].add(WorkerStep)


@shared_task(name=DECODE_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def decode(run: str) -> None:
    """Decode the run, unless somebody else does or it has ended."""
    this_worker().decoder.decode(run)


@shared_task(name=INSIGHT_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def insight(inquiry: str) -> None:
    """Answer a question about a run."""
    this_worker().answerer.answer(Inquiry.unpack(inquiry))


@shared_task(name=ORDER_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def order(order: str) -> None:
    """Load or check a model for an operator."""
    this_worker().foreman.do(Order.unpack(order))
