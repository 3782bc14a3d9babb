"""The playground's page. Everything that moves on it comes over the WebSocket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from playground.runs.boot import boot


@require_safe
@gzip_page
@never_cache
@ensure_csrf_cookie
def playground(request: HttpRequest) -> HttpResponse:
    return render(request, "playground.html", {"boot": boot()})
