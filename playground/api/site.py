"""The site's HTTP API: one router a subject, documented at ``/api/docs``. Errors are lists of ``{code, message, field, value, bound}``."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from inference.events import ErrorInfo
from playground.api import presets, sessions
from playground.api.openai.errors import ApiError, of_info, of_refusal
from playground.api.openai.router import router as openai
from playground.catalog.own_presets import NoSuchPreset
from playground.live.refusals import RunRefused, shown
from playground.runs.exports import DamagedFile
from playground.runs.sessions import NoSuchSession

OPENAI = "/v1"

api = NinjaAPI(
    title="Logitscope",
    version="1",
    description="Sessions, runs and traces. A page of the site is signed in by its cookie; writing needs its CSRF token.",
    docs_url="/api/docs",
    openapi_url="/api/openapi.json",
    urls_namespace="api",
)
api.add_router("/api", sessions.router)
api.add_router("/api/presets", presets.router)
api.add_router(OPENAI, openai)


def refused(request: HttpRequest, status: int, *errors: ErrorInfo) -> HttpResponse:
    """An answer in the site's own shape."""
    return api.create_response(request, {"errors": [dataclasses.asdict(error) for error in errors]}, status=status)


def failed(request: HttpRequest, error: ApiError) -> HttpResponse:
    """An answer in OpenAI's shape."""
    response = api.create_response(request, error.body, status=error.status)
    if error.retry is not None:
        response["Retry-After"] = str(error.retry)
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _speaks_openai(request: HttpRequest) -> bool:
    return request.path.startswith(OPENAI + "/")


@api.exception_handler(ApiError)
def _api_error(request: HttpRequest, error: ApiError) -> HttpResponse:
    return failed(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    infos = [_info(found) for found in error.errors[:10]]
    return failed(request, of_info(infos[0])) if _speaks_openai(request) else refused(request, 400, *infos)


def _info(found: dict[str, Any]) -> ErrorInfo:
    """One of pydantic's findings. A check over several fields names the one that it is about."""
    place, message = ".".join(map(str, found["loc"][2:] or found["loc"])), found["msg"].removeprefix("Value error, ")
    named = re.match(r"(\w+): ", message) if found["type"] == "value_error" else None
    return ErrorInfo(found["type"], message, named[1] if named else place, shown(found["input"]) if "input" in found and not named else None)


@api.exception_handler(NoSuchSession)
def _absent(request: HttpRequest, error: NoSuchSession) -> HttpResponse:
    return refused(request, 404, ErrorInfo("not_found", "there is no such session", "session"))


@api.exception_handler(NoSuchPreset)
def _no_preset(request: HttpRequest, error: NoSuchPreset) -> HttpResponse:
    return refused(request, 404, ErrorInfo("not_found", "there is no such preset of yours", "preset"))


@api.exception_handler(DamagedFile)
def _damaged(request: HttpRequest, error: DamagedFile) -> HttpResponse:
    return refused(request, 422, ErrorInfo("damaged", str(error), "file"))


@api.exception_handler(RunRefused)
def _refused(request: HttpRequest, error: RunRefused) -> HttpResponse:
    return failed(request, of_refusal(error)) if _speaks_openai(request) else refused(request, 422, *error.errors)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refused(request, 401, ErrorInfo("not_signed_in", "this needs the site's cookie and, to write, its CSRF token"))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if _speaks_openai(request):
        return failed(request, ApiError(error.status_code, str(error)))
    return refused(request, error.status_code, ErrorInfo("refused", str(error)))
