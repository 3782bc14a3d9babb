"""``/v1``: what every OpenAI client speaks. Parse, call, answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Router

from playground.api.openai import callers, specs
from playground.api.openai.callers import Caller
from playground.api.openai.chat import ChatShape
from playground.api.openai.completions import CompletionShape
from playground.api.openai.errors import ApiError
from playground.api.openai.following import in_thread
from playground.api.openai.gathering import Shape, gathered, streamed
from playground.api.openai.schema import ChatRequest, CompletionRequest, Request
from playground.api.openai.work import Work
from playground.catalog import services as catalog

SESSION_HEADER = "X-Logitscope-Session"
router = Router(tags=["OpenAI"])


@router.get("/models", summary="The models that can be run")
def models(request: HttpRequest) -> Any:
    callers.caller(request.headers.get("Authorization", ""), "models")
    return {"object": "list", "data": [_model(model) for model in catalog.runnable_models()]}


@router.get("/models/{name}", summary="One model")
def model(request: HttpRequest, name: str) -> Any:
    callers.caller(request.headers.get("Authorization", ""), "models")
    return _model(specs.check_model(name))


def _model(found: catalog.CatalogModel) -> dict[str, Any]:
    return {"id": found.name, "object": "model", "created": 0, "owned_by": "logitscope", "max_model_len": found.context}


@router.post("/completions", summary="Complete a text", openapi_extra={"responses": {200: {"description": "As OpenAI's, or a stream of server-sent events"}}})
async def completions(request: HttpRequest, body: CompletionRequest) -> HttpResponseBase:
    caller = await _caller(request, "completions")
    wanted = await in_thread(specs.of_completion)(body, caller)
    shape = CompletionShape(body)
    await shape.read_prompts()
    return await _answer(request, caller, body, shape, Work(caller, wanted) if body.max_tokens else None)


@router.post("/chat/completions", summary="Answer a conversation", openapi_extra={"responses": {200: {"description": "As OpenAI's, or a stream of server-sent events"}}})
async def chat(request: HttpRequest, body: ChatRequest) -> HttpResponseBase:
    caller = await _caller(request, "chat")
    return await _answer(request, caller, body, ChatShape(body), Work(caller, [await in_thread(specs.of_chat)(body, caller)]))


async def _caller(request: HttpRequest, scope: str) -> Caller:
    return await in_thread(callers.caller)(request.headers.get("Authorization", ""), scope)


async def _answer(request: HttpRequest, caller: Caller, body: Request, shape: Shape, work: Work | None) -> HttpResponseBase:
    if work is None:  # a text that is only scored
        return JsonResponse(shape.whole({}))
    await work.begin()
    headers = {SESSION_HEADER: request.build_absolute_uri(_page(work.session))} if work.session else {}
    if body.stream:
        headers |= {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(_frames(streamed(work, shape)), content_type="text/event-stream", headers=headers)
    return JsonResponse(shape.whole(await gathered(work, shape)), headers=headers)


def _page(session: str) -> str:
    return reverse("session", args=[session])


async def _frames(chunks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    """Server-sent events. What fails after the first byte can only be told in the stream."""
    try:
        async for chunk in chunks:
            yield f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
    except ApiError as error:
        yield f"data: {json.dumps(error.body)}\n\n"
    yield "data: [DONE]\n\n"
