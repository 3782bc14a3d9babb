"""The Celery app: the site enqueues by task name, ``celery -A playground.celery worker`` decodes. Never imports torch itself.

Redis in production; in embedded mode ``memory://`` within the one process, where the worker is a thread (``ops/embedded.py``).
"""

from __future__ import annotations

import logging
import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  (the settings need the variable above)

POLLING_SECONDS = 0.02  # of the broker in the process, where no message wakes the worker: it was full when one came

IN_PROCESS = settings.CELERY_BROKER_URL.startswith("memory://")

for chatty in ("celery.app.trace", "celery.worker.strategy", "celery.worker.consumer.connection"):
    logging.getLogger(chatty).setLevel(logging.WARNING)  # a line or two for each run otherwise

app = Celery("logitscope")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    broker_url="memory://localhost//" if IN_PROCESS else settings.CELERY_BROKER_URL,
    broker_transport="playground.broker:Transport" if IN_PROCESS else None,
    imports=("inference.tasks",),  # by the worker only
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_default_queue="decode",
    worker_pool="threads",  # never prefork with torch
    worker_concurrency=settings.CONFIG.worker_concurrency,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"polling_interval": POLLING_SECONDS} if IN_PROCESS else {},
    # A site whose broker is away says so at once; the supervisor enqueues what has been created by then.
    task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_step": 0.2},
    logitscope={
        "event_log_url": settings.LOGITSCOPE_EVENT_LOG_URL,
        "journal_dir": str(settings.LOGITSCOPE_JOURNAL_DIR),
        "lease_seconds": settings.CONFIG.lease_seconds,
        "log_ttl_seconds": settings.CONFIG.log_ttl_seconds,
        "model_memory_bytes": int(settings.CONFIG.model_memory * 2**30) or None,
        "model_roots": [str(root) for root in settings.CONFIG.model_roots],
    },
)
