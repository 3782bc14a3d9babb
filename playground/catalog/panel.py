"""The part of a model's page in the panel that has workers do something with it, and shows how that stands. Loads nothing itself."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from inference.eventlog.protocol import LogUnavailable
from playground.catalog import orders as workers
from playground.catalog.models import Model
from playground.catalog.services import UnknownModel, default_name, make_default
from playground.live.log import event_log

ACTIONS: dict[str, tuple[Callable[[Model], None], str]] = {
    "check": (lambda row: workers.send(row, "check"), gettext_noop("Checked.")),
    "load": (lambda row: workers.send(row, "load"), gettext_noop("Loaded.")),
    "release": (workers.release, gettext_noop("Unloaded.")),
    "default": (make_default, gettext_noop("Made the default.")),
}


@require_safe
@permission_required("catalog.view_model", raise_exception=True)
def orders(request: HttpRequest, pk: int) -> HttpResponse:
    """The last order, the buttons, and the report; the page asks for it again while an order goes on."""
    row = get_object_or_404(Model, pk=pk)
    context = {"row": row, "default": row.name == default_name(), "may_act": request.user.has_perm("catalog.change_model")}
    return TemplateResponse(request, "panel/order.html", {**context, **_state(row)})


@require_POST
@permission_required("catalog.change_model", raise_exception=True)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    row = get_object_or_404(Model, pk=pk)
    if action not in ACTIONS:
        raise Http404
    do, said = ACTIONS[action]
    try:
        do(row)
    except (workers.NotSent, LogUnavailable):
        messages.error(request, gettext("The workers cannot be reached; try again in a moment."))
    except UnknownModel as error:
        messages.error(request, gettext("The model's files are not where they should be: %(reason)s") % {"reason": error})
    else:
        LogEntry.objects.log_actions(int(request.user.pk or 0), [row], CHANGE, said, single_object=True)
    return redirect("admin:catalog_model_change", pk)


def _state(row: Model) -> dict[str, object]:
    try:
        report = workers.report(row) if row.order else None
        going = bool(row.order) and not (report and report.over)
        percent = round(100 * report.fraction) if report else 0
        return {"report": report, "going": going, "percent": percent, "no_worker": going and report is None and not event_log().workers()}
    except LogUnavailable:
        return {"unavailable": True}
