"""The playground's page and the comparison's. Everything that moves on them comes over the WebSocket."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from playground.runs import sessions
from playground.runs.boot import boot
from playground.runs.models import PromptSession


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def playground(request: HttpRequest) -> HttpResponse:
    found = sessions.of_run(_person(request), request.GET.get("run", ""))
    return _shown(request, found)


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    """A new comparison, or one that was kept, which ``session`` names."""
    found = _readable(request, request.GET["session"]) if "session" in request.GET else None
    return _shown(request, found, "compare.html")


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def own_sessions(request: HttpRequest) -> HttpResponse:
    return render(request, "library.html", {"boot": boot_of(request), "title": gettext("Your sessions")})


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "library.html", {"boot": boot_of(request), "title": gettext("Gallery")})


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def session(request: HttpRequest, session: str) -> HttpResponse:
    """The playground with a session that one may see; a comparison has a page of its own, but for a single run of it."""
    found = _readable(request, session)
    if found.comparison and "run" not in request.GET:
        return redirect(f"{reverse('compare')}?session={found.pk}")
    return _shown(request, found)


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
@xframe_options_exempt
def embed(request: HttpRequest, session: str) -> HttpResponse:
    """A shared session in a frame of another site, to be looked at and replayed; only where operator and owner allow it."""
    try:
        found = sessions.embeddable(session)
    except sessions.NoSuchSession as error:
        raise Http404 from error
    page = "compare.html" if found.comparison else "playground.html"
    response = render(request, page, {"boot": boot({"id": found.pk, "mine": False, "embedded": found.title})})
    response._csp_replace = {"frame-ancestors": settings.CONFIG.embed_origins}  # type: ignore[attr-defined]
    return response


def _readable(request: HttpRequest, session: str) -> PromptSession:
    try:
        return sessions.readable(_person(request), session)
    except sessions.NoSuchSession as error:
        raise Http404 from error


def _shown(request: HttpRequest, session: PromptSession | None, page: str = "playground.html") -> HttpResponse:
    named = {"id": session.pk, "mine": session.owner == _person(request)} if session else None
    return render(request, page, {"boot": boot_of(request, named)})


def boot_of(request: HttpRequest, session: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the page knows from the start, for whoever asks for it."""
    user = request.user
    account = {"name": user.get_username(), "panel": user.is_staff} if user.is_authenticated else None
    return boot(session, account, _person(request))


def _person(request: HttpRequest) -> str:
    person: str = request.person  # type: ignore[attr-defined]
    return person
