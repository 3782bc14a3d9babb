"""Makes run specs of requests. Blocking; raises ``ApiError`` or ``RunRefused`` for what cannot be run."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from inference.spec import RunSpec
from playground.api.openai.callers import ANYBODY, Caller
from playground.api.openai.errors import ApiError, of_info
from playground.api.openai.schema import ChatRequest, CompletionRequest, Request
from playground.catalog import services as catalog
from playground.live.refusals import errors_of, shown
from playground.prompts import services as prompts

KEPT_CANDIDATES = 20  # what the inspector shows of a run that is kept


def of_completion(request: CompletionRequest, caller: Caller) -> list[RunSpec]:
    """One spec a prompt."""
    check_model(request.model)
    settings = _settings(request, request.max_tokens, request.best_of or request.n)
    watch = _watch(caller, request.logprobs, request.best_of is not None)
    return [_spec(request.model, prompt, settings, watch) for prompt in request.prompts]


def of_chat(request: ChatRequest, caller: Caller) -> RunSpec:
    """The conversation in the model's own template."""
    model = check_model(request.model)
    prompt = prompts.chat(ANYBODY, request.model, [message.plain() for message in request.messages])
    most = request.max_completion_tokens or request.max_tokens or model.context or 4096
    settings = _settings(request, most, request.n) | (request.response_format.constraint if request.response_format else {})
    return _spec(request.model, prompt.ids, settings, _watch(caller, (request.top_logprobs or 0) if request.logprobs else None, False))


def check_model(name: str) -> catalog.CatalogModel:
    try:
        return catalog.resolve(name, ANYBODY)
    except catalog.UnknownModel as error:
        raise ApiError(404, f"The model {shown(name)!r} does not exist.", "invalid_request_error", "model", "model_not_found") from error


def ids_of(model: str, prompt: str | list[int]) -> list[int]:
    """The tokens of a prompt, as a run would read them."""
    return prompts.plain(ANYBODY, model, prompt).ids if isinstance(prompt, str) else prompt


def piece_of(model: str, token: int) -> bytes:
    """The bytes of one token. Raises ``RunRefused``."""
    return prompts.by_id(ANYBODY, model, token).tokens[0].piece


def _settings(request: Request, max_tokens: int, n: int) -> dict[str, Any]:
    return {**request.settings, "max_tokens": max(1, max_tokens), "n": n, "stop": request.stop}


def _watch(caller: Caller, logprobs: int | None, ranked: bool) -> dict[str, Any]:
    wanted = max(logprobs or 0, 1) if logprobs is not None or ranked else 0
    return {"top_n": max(wanted, KEPT_CANDIDATES), "attention": "mean"} if caller.keeps else {"top_n": wanted, "attention": "off"}


def _spec(model: str, prompt: str | list[int], settings: dict[str, Any], watch: dict[str, Any]) -> RunSpec:
    field = "prompt" if isinstance(prompt, str) else "prompt_token_ids"
    try:
        return RunSpec.model_validate({"model": model, field: prompt, "sampling": settings, "watch": watch})
    except ValidationError as error:
        info = errors_of(error)[0]
        place = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise of_info(type(info)(info.code, info.message, place or info.field, info.value, info.bound)) from error
