"""The playground's page and the comparison's. Everything that moves on them comes over the WebSocket."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from playground.runs import sessions
from playground.runs.boot import boot


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def playground(request: HttpRequest) -> HttpResponse:
    return render(request, "playground.html", {"boot": boot()})


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    return render(request, "compare.html", {"boot": boot()})


@require_safe
@never_cache
def session(request: HttpRequest, session: str) -> HttpResponse:
    """A session that one may see, at its newest run."""
    try:
        found = sessions.readable(request.person, session)  # type: ignore[attr-defined]
    except sessions.NoSuchSession as error:
        raise Http404 from error
    run = found.runs.last()
    return redirect(reverse("playground") + (f"?run={run.pk}" if run else ""))
