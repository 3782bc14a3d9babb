"""The pages of rooms: the door, the room, the projector, and the results as a file. What moves on them comes over the WebSocket."""

from __future__ import annotations

import csv
import io
import socket
from typing import Any
from urllib.parse import urlsplit

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from playground.catalog.services import runnable_models
from playground.classroom import course, lectures, results, rooms
from playground.classroom.lessons import shelf
from playground.classroom.models import Room
from playground.classroom.sentences import sentence
from playground.live.refusals import RunRefused
from playground.runs.views import boot_of

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@require_safe
@never_cache
@ensure_csrf_cookie
def door(request: HttpRequest) -> HttpResponse:
    """Where one comes in: by a code, or to open a room of one's own."""
    code = request.GET.get("code", "")
    if not code:
        return _door(request)
    try:
        return redirect("room", code=rooms.find(code).code)
    except RunRefused as refused:
        return _door(request, 404, code=code, wrong=sentence(refused))


@require_POST
def open_room(request: HttpRequest) -> HttpResponse:
    """Opens a room as the form says, and goes there."""
    if not rooms.may_open(request.user):
        return _door(request, 403)
    fields = {name: request.POST.get(name, "") for name in ("title", "model", "max_tokens", "hours", "capacity", "prompts", "lesson")}
    try:
        lesson = course.check(fields["lesson"])
        room = rooms.open_room(
            _person(request),
            fields["title"],
            language=get_language() or "en",
            model=fields["model"],
            max_tokens=_number(fields["max_tokens"], 120),
            hours=_number(fields["hours"], 4),
            capacity=_number(fields["capacity"], rooms.MOST_PEOPLE),
            prompts=fields["prompts"].splitlines(),
        )
        course.pick(room.pk, lesson)
    except RunRefused as refused:
        return _door(request, 422, asked=fields, problem=sentence(refused))
    return redirect("room", code=room.code)


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The room: the teacher's console for its teacher, the class's page for everybody else."""
    return _shown(request, code, "room.html")


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def screen(request: HttpRequest, code: str) -> HttpResponse:
    """What the projector shows; for the teacher alone, as it tells how a vote stands."""
    if _found(code).teacher != _person(request):
        raise Http404
    return _shown(request, code, "screen.html")


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The address of the room as a picture that phones read."""
    out = io.BytesIO()
    segno.make(_address(request, _found(code)), error="m").save(out, kind="svg", border=2, light="#fff", dark="#000", xmldecl=False, omitsize=True)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})


@require_safe
def as_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Participation and results, one row a vote, for the teacher alone."""
    room = _own(request, code)
    out = io.StringIO()
    csv.writer(out).writerows(results.rows(room))
    name = f"logitscope-{room.code}.csv"
    return HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_POST
def replay(request: HttpRequest, code: str) -> HttpResponse:
    """The session in which the lecture replays, as far as it has got; for the teacher alone."""
    try:
        return redirect("session", lectures.kept(_own(request, code)))
    except RunRefused as refused:
        return _door(request, 422, unplayed=sentence(refused))


@require_POST
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is kept of the room goes; for the teacher alone."""
    rooms.delete(_own(request, code).pk)
    return redirect("rooms")


def _door(request: HttpRequest, status: int = 200, **said: Any) -> HttpResponse:
    mine = rooms.of(_person(request))
    known = {
        "open_rooms": [room for room in mine if not rooms.is_over(room)],
        "ended_rooms": [room for room in mine if rooms.is_over(room)],
        "may_open": rooms.may_open(request.user),
        "models": runnable_models(),
        "lessons": _lessons(),
        "most": {"people": rooms.MOST_PEOPLE, "tokens": rooms.MOST_TOKENS, "hours": rooms.MOST_HOURS},
    }
    return render(request, "door.html", {**known, **said}, status=status)


def _shown(request: HttpRequest, code: str, template: str) -> HttpResponse:
    room = _found(code)
    address = _address(request, room)
    named = {
        "code": room.code,
        "teacher": room.teacher == _person(request),
        "address": address,
        "lan": _lan_address() if urlsplit(address).hostname in LOOPBACK else None,
        "qr": reverse("room-qr", args=[room.code]),
        "lessons": _lessons() if room.teacher == _person(request) else [],
    }
    return render(request, template, {"boot": {**boot_of(request), "socket": f"/ws/rooms/{room.code}/", "room": named}, "room": room})


def _found(code: str) -> Room:
    try:
        return rooms.by_code(code)
    except RunRefused as error:
        raise Http404 from error


def _lessons() -> list[dict[str, Any]]:
    """What there is to be taught, the reader's own language first."""
    here = get_language()
    found = [
        {"key": key, "language": key.partition("/")[0], "title": lesson.title, "about": lesson.about, "minutes": lesson.minutes, "steps": len(lesson.steps)}
        for key, lesson in shelf().items()
    ]
    return sorted(found, key=lambda lesson: lesson["language"] != here)


def _own(request: HttpRequest, code: str) -> Room:
    """A foreign room and an absent one are the same."""
    room = _found(code)
    if room.teacher != _person(request):
        raise Http404
    return room


def _address(request: HttpRequest, room: Room) -> str:
    """Where the room is found, as the browser that asks reached the site."""
    return request.build_absolute_uri(reverse("room", args=[room.code]))


def _lan_address() -> str | None:
    """This machine's address in the network that it would leave by. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation: no such machine
            return str(probe.getsockname()[0])
        except OSError:
            return None


def _number(typed: str, otherwise: int) -> int:
    """What was typed; out of every bound where it is no number."""
    if not typed.strip():
        return otherwise
    return int(typed) if typed.strip().isascii() and typed.strip().isdigit() else -1


def _person(request: HttpRequest) -> str:
    person: str = request.person  # type: ignore[attr-defined]
    return person
