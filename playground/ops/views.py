"""Probes for whoever operates the site."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from inference.eventlog.protocol import LogUnavailable
from playground.live.log import event_log


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 with the failing part where the site cannot do its job: the database, the event log (and broker), a living worker."""
    checks = {name: check() for name, check in CHECKS.items()}
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def _worker() -> str:
    """The event log answers, and at least one worker has said lately that it is alive."""
    try:
        return "ok" if event_log().workers() else "no worker is alive"
    except LogUnavailable:
        return "the event log does not answer"


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "worker": _worker}
