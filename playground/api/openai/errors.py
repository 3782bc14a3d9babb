"""Errors in OpenAI's shape: ``{"error": {"message", "type", "param", "code"}}``. Knows nothing of what went wrong."""

from __future__ import annotations

from inference.events import ErrorInfo
from playground.live.refusals import RunRefused

BUSY = {"rate_limited", "too_many_runs", "too_many_waiting", "queue_full", "over_quota", "beyond_quota"}
ABSENT = {"unknown_model"}
AWAY = {"unavailable", "no_worker", "worker_lost", "out_of_memory", "history_lost"}
RETRY_SECONDS = 1  # where nothing better is known


class ApiError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str, kind: str = "invalid_request_error", param: str | None = None, code: str | None = None, retry: int | None = None) -> None:
        super().__init__(message)
        self.status, self.retry = status, retry
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


def of_info(info: ErrorInfo, retry_seconds: int | None = None) -> ApiError:
    """A reason of the site's own as OpenAI would put it."""
    message = info.message + (f" (got {info.value}; must be {info.bound})" if info.value and info.bound else f" (got {info.value})" if info.value else "")
    if info.code in BUSY:
        return ApiError(429, message, "rate_limit_error", _param(info.field), info.code, retry_seconds or RETRY_SECONDS)
    if info.code in ABSENT:
        return ApiError(404, message, "invalid_request_error", "model", "model_not_found")
    if info.code in AWAY:
        return ApiError(503, message, "server_error", info.field, info.code, 1)
    if info.code == "internal":
        return ApiError(500, message, "server_error", info.field, info.code)
    return ApiError(400, message, "invalid_request_error", _param(info.field), info.code)


def of_refusal(refused: RunRefused) -> ApiError:
    return of_info(refused.errors[0], refused.retry_seconds)


def _param(field: str | None) -> str | None:
    """Sampling settings stand at the top of a request."""
    return field.removeprefix("spec.").removeprefix("sampling.") if field else None
