"""The panel's page of what goes on at this moment: workers, waiting and running runs, and a way to end one. Shows no prompts."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from inference.eventlog.protocol import EventLog, Head, LogUnavailable
from inference.runs import memory
from playground.live.log import event_log
from playground.live.starting import cancel_run
from playground.runs.models import Run, RunState

MOST = 100  # each listed run costs a question to the event log


@dataclass(frozen=True, slots=True)
class Going:
    """A run that has not ended. ``position`` is ``None`` once a worker has it."""

    run: Run
    position: int | None
    events: int


@require_safe
@permission_required("runs.view_run", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": gettext("Now"), "most": MOST, **_state(event_log())}
    context["may_cancel"] = request.user.has_perm("runs.change_run")
    return TemplateResponse(request, "panel/now.html", context)


@require_POST
@permission_required("runs.change_run", raise_exception=True)
def cancel(request: HttpRequest, run: str) -> HttpResponse:
    row = get_object_or_404(Run, pk=run)
    try:
        cancel_run(row.pk)
    except LogUnavailable:
        messages.error(request, gettext("The event log does not answer."))
        return redirect("panel-now")
    LogEntry.objects.log_actions(int(request.user.pk or 0), [row], CHANGE, gettext_noop("Cancelled."), single_object=True)
    messages.success(request, gettext("The run was asked to end."))
    return redirect("panel-now")


def _state(log: EventLog) -> dict[str, object]:
    try:
        going = _going(log)
        return {
            "workers": [(worker, memory.told(log, worker)) for worker in log.workers()],
            "waiting": log.waiting(),
            "running": sum(run.position is None for run in going),
            "going": going,
        }
    except LogUnavailable:
        return {"unavailable": True}


def _going(log: EventLog) -> list[Going]:
    """The newest runs that have not ended, those that run before those that wait."""
    rows = Run.objects.filter(state=RunState.LIVE).order_by("-created")[:MOST]
    found = [_going_on(row, log.head(row.pk)) for row in rows]
    return sorted((run for run in found if run), key=lambda run: -1 if run.position is None else run.position)


def _going_on(row: Run, head: Head | None) -> Going | None:
    return None if head is None or head.finished else Going(row, head.position, head.last_seq)
