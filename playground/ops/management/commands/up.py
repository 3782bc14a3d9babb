"""``manage.py up``: the whole playground in embedded mode, kept running."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from playground.accounts.first import invitation
from playground.ops.supervisor import CannotListen, Supervisor, listen, python


class Command(BaseCommand):
    """A supervisor without torch that keeps one child with everything in it running."""

    help = "Start the playground: web server, worker and event log in one process that is restarted when it dies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="IPv4 address or host name to listen on")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOGITSCOPE_EVENT_LOG_URL.startswith("memory://"):
            raise CommandError("up is the embedded mode; with LOGITSCOPE_REDIS_URL set, start `manage.py web` and `manage.py worker`")
        try:
            listening = listen(options["host"], options["port"])
        except CannotListen as error:
            raise CommandError(str(error)) from error
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        os.environ.setdefault("LOGITSCOPE_THREADS", str(settings.CONFIG.threads))
        host, port = listening.getsockname()
        url = f"http://{'localhost' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104
        if line := invitation(url):
            self.stdout.write(line)
        child = python("-m", "playground.ops.embedded", "--fd", str(listening.fileno()), "--url", url)
        status = Supervisor(child, [listening.fileno()], self.stderr.write).run()
        raise SystemExit(status)
