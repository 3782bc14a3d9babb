"""``manage.py worker``: one worker process of production mode."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.celery import app
from playground.ops.preload import preload_default
from playground.ops.trimming import keep_trimmed


class Command(BaseCommand):
    """A Celery worker with the options that decoding needs. SIGTERM hands its runs over and ends it."""

    help = "Start a worker process (production mode): one per GPU."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", default=app.conf.task_default_queue, help="queues to take runs from, separated by commas")
        parser.add_argument("--concurrency", type=int, default=settings.CONFIG.worker_concurrency, help="runs decoded at once")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.CELERY_BROKER_URL.startswith("memory://"):
            raise CommandError("a separate worker needs LOGITSCOPE_REDIS_URL; embedded mode has its worker inside `manage.py up`")
        os.environ.setdefault("LOGITSCOPE_THREADS", str(settings.CONFIG.threads))
        preload_default(app)
        keep_trimmed()
        arguments = ["worker", "--pool=threads", f"--concurrency={options['concurrency']}", f"--queues={options['queues']}"]
        app.worker_main([*arguments, "--without-gossip", "--without-mingle", f"--loglevel={settings.CONFIG.log_level}"])
