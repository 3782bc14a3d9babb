"""``manage.py web``: one web process of production mode."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.runs.supervisor import Supervisor
from playground.accounts.first import invitation
from playground.live.log import event_log
from playground.live.starting import enqueue
from playground.ops.server import serve
from playground.ops.supervisor import CannotListen, listen


class Command(BaseCommand):
    """Daphne with a supervisor of runs, so that a run ends clearly where no worker is left."""

    help = "Start a web process (production mode; the workers are separate)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="IPv4 address or host name to listen on")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            listening = listen(options["host"], options["port"])
        except CannotListen as error:
            raise CommandError(str(error)) from error
        host, port = listening.getsockname()
        if line := invitation(f"http://{host}:{port}/"):
            self.stdout.write(line)
        Supervisor(event_log(), enqueue).start()
        serve(f"fd:fileno={listening.fileno()}", lambda: self.stdout.write(f"Logitscope is ready: http://{host}:{port}/"))
