"""``POST /prompts/tokens`` and ``POST /prompts/vocabulary``: parse, call, answer. Stores nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from inference.events import ErrorInfo
from playground.live.limits import Buckets
from playground.live.protocol import MAX_FRAME_BYTES
from playground.live.refusals import RunRefused, errors_of
from playground.prompts import services
from playground.prompts.protocol import ASKED, SOUGHT, Asked, ByText, Chat, Continuation, Text

asks = Buckets(rate=20.0, burst=60.0)


@require_POST
def tokens(request: HttpRequest) -> JsonResponse:
    """The ids, spans and special tokens of a prompt, and the text that a conversation becomes. Errors as on the socket."""
    return _answered(request, _told)


@require_POST
def vocabulary(request: HttpRequest) -> JsonResponse:
    """The tokens of a model that hold a text, or that with an id, each with its bytes as numbers. Errors as on the socket."""
    return _answered(request, _found)


def _answered(request: HttpRequest, answer: Callable[[str, bytes], dict[str, object]]) -> JsonResponse:
    person: str = request.person  # type: ignore[attr-defined]
    if not asks.take(person):
        return _refused(429, ErrorInfo("rate_limited", "too many questions; wait a moment"))
    body = _body(request)
    if body is None:
        return _refused(413, ErrorInfo("too_long", "the prompt is too long to be sent", "prompt", bound=f"<= {MAX_FRAME_BYTES} bytes"))
    try:
        return JsonResponse(answer(person, body))
    except ValidationError as error:
        return _refused(400, *errors_of(error))
    except RunRefused as refused:
        return _refused(422, *refused.errors)


def _found(person: str, body: bytes) -> dict[str, object]:
    asked = SOUGHT.validate_json(body)
    found = services.by_text(person, asked.model, asked.text, asked.limit) if isinstance(asked, ByText) else services.by_id(person, asked.model, asked.id)
    entries = [{"id": entry.id, "bytes": list(entry.piece), "special": entry.special} for entry in found.tokens]
    return {"tokens": entries, "total": found.total, "size": found.size}


def _told(person: str, body: bytes) -> dict[str, object]:
    return dataclasses.asdict(_answer(person, ASKED.validate_json(body)))


def _answer(person: str, asked: Asked) -> services.Prompt | services.Continuation:
    match asked:
        case Continuation():
            return services.continuation(person, asked.model, asked.after, asked.text)
        case Text():
            return services.plain(person, asked.model, asked.prompt)
        case Chat():
            return services.chat(person, asked.model, [message.model_dump() for message in asked.messages])


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
