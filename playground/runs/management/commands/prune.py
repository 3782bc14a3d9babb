"""``manage.py prune``: deletes what need not be kept any longer. For cron."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandParser

from playground.runs import pruning


class Command(BaseCommand):
    help = "Delete private sessions that nobody has touched for LOGITSCOPE_RETENTION_DAYS, records of runs that were not kept, files that belong to nothing, and logins that have expired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        pruned = pruning.prune(dry_run=options["dry_run"])
        if not options["dry_run"]:
            SessionStore.clear_expired()
        verb = "Would delete" if options["dry_run"] else "Deleted"
        self.stdout.write(f"{verb} {pruned.sessions} sessions, {pruned.runs} records of runs, {pruned.files} files.")
