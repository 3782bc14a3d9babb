"""The part of a room's page in the panel that shows how full it is, and ends the lecture."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from inference.eventlog.protocol import LogUnavailable
from playground.classroom import limits, rooms
from playground.classroom.models import Room


@require_safe
@permission_required("classroom.view_room", raise_exception=True)
def now(request: HttpRequest, pk: str) -> HttpResponse:
    """The page asks for it again and again."""
    room = get_object_or_404(Room, pk=pk)
    context = {"room": room, "over": rooms.is_over(room), "may_end": request.user.has_perm("classroom.change_room") and not room.ended}
    people = room.participants.filter(removed=False).count()
    return TemplateResponse(request, "panel/room.html", {**context, "people": people, "most": limits.of_room(room), "taken": _taken(room)})


@require_POST
@permission_required("classroom.change_room", raise_exception=True)
def end(request: HttpRequest, pk: str) -> HttpResponse:
    room = get_object_or_404(Room, pk=pk)
    if room.ended is None:
        rooms.end(room.pk)
        rooms.ring_soon(room.pk)
        LogEntry.objects.log_actions(int(request.user.pk or 0), [room], CHANGE, gettext_noop("Ended."), single_object=True)
        messages.success(request, gettext("The lecture has ended."))
    return redirect("admin:classroom_room_change", pk)


def _taken(room: Room) -> limits.Taken | None:
    try:
        return limits.taken(room.pk)
    except LogUnavailable:
        return None
