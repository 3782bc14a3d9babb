"""``POST /prompts/tokens``: parse, call, answer. Stores nothing."""

from __future__ import annotations

import dataclasses

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from inference.events import ErrorInfo
from playground.live.limits import Buckets
from playground.live.protocol import MAX_FRAME_BYTES
from playground.live.refusals import RunRefused, errors_of
from playground.prompts import services
from playground.prompts.protocol import ASKED, Chat, Text

asks = Buckets(rate=20.0, burst=60.0)


@require_POST
def tokens(request: HttpRequest) -> JsonResponse:
    """The ids, spans and special tokens of a prompt, and the text that a conversation becomes. Errors as on the socket."""
    if not asks.take(request.person):  # type: ignore[attr-defined]
        return _refused(429, ErrorInfo("rate_limited", "too many questions; wait a moment"))
    body = _body(request)
    if body is None:
        return _refused(413, ErrorInfo("too_long", "the prompt is too long to be sent", "prompt", bound=f"<= {MAX_FRAME_BYTES} bytes"))
    try:
        return JsonResponse(dataclasses.asdict(_prompt(ASKED.validate_json(body))))
    except ValidationError as error:
        return _refused(400, *errors_of(error))
    except RunRefused as refused:
        return _refused(422, *refused.errors)


def _prompt(asked: Text | Chat) -> services.Prompt:
    match asked:
        case Text():
            return services.plain(asked.model, asked.prompt)
        case Chat():
            return services.chat(asked.model, [message.model_dump() for message in asked.messages])


def _body(request: HttpRequest) -> bytes | None:
    """``None`` where it is longer than a frame of the socket may be: such a prompt could not be run."""
    if int(request.headers.get("Content-Length") or 0) > MAX_FRAME_BYTES:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return body if len(body) <= MAX_FRAME_BYTES else None


def _refused(status: int, *errors: ErrorInfo) -> JsonResponse:
    return JsonResponse({"errors": [dataclasses.asdict(error) for error in errors]}, status=status)
