"""The site's HTTP API: one router a subject, documented at ``/api/docs``. Errors are lists of ``{code, message, field, value, bound}``."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from inference.events import ErrorInfo
from playground.api import sessions
from playground.live.refusals import RunRefused, shown
from playground.runs.exports import DamagedFile
from playground.runs.sessions import NoSuchSession

api = NinjaAPI(
    title="Logitscope",
    version="1",
    description="Sessions, runs and traces. A page of the site is signed in by its cookie; writing needs its CSRF token.",
    docs_url="/api/docs",
    openapi_url="/api/openapi.json",
    urls_namespace="api",
)
api.add_router("/api", sessions.router)


def refused(request: HttpRequest, status: int, *errors: ErrorInfo) -> HttpResponse:
    """An answer in the site's own shape."""
    return api.create_response(request, {"errors": [dataclasses.asdict(error) for error in errors]}, status=status)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refused(request, 400, *(_info(found) for found in error.errors[:10]))


def _info(found: dict[str, object]) -> ErrorInfo:
    place = [str(part) for part in found["loc"]]  # type: ignore[attr-defined]
    return ErrorInfo(str(found["type"]), str(found["msg"]), ".".join(place[2:] or place), shown(found.get("input", "")), None)


@api.exception_handler(NoSuchSession)
def _absent(request: HttpRequest, error: NoSuchSession) -> HttpResponse:
    return refused(request, 404, ErrorInfo("not_found", "there is no such session", "session"))


@api.exception_handler(DamagedFile)
def _damaged(request: HttpRequest, error: DamagedFile) -> HttpResponse:
    return refused(request, 422, ErrorInfo("damaged", str(error), "file"))


@api.exception_handler(RunRefused)
def _refused(request: HttpRequest, error: RunRefused) -> HttpResponse:
    return refused(request, 422, *error.errors)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refused(request, 401, ErrorInfo("not_signed_in", "this needs the site's cookie and, to write, its CSRF token"))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refused(request, error.status_code, ErrorInfo("refused", str(error)))
