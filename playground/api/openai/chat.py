"""The shape of ``/v1/chat/completions``."""

from __future__ import annotations

from typing import Any

from playground.api.openai.choices import Choice, chat_logprobs
from playground.api.openai.gathering import Choices, head, usage
from playground.api.openai.schema import ChatRequest


class ChatShape:
    """One answer to ``request``."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._head = head("chat.completion.chunk" if request.stream else "chat.completion", request.model)
        self.top, self.samples = request.top_logprobs or 0, request.n
        self.usage_chunk = bool(request.stream_options and request.stream_options.include_usage)
        self.prompt_tokens = self.completion_tokens = 0

    def whole(self, choices: Choices) -> dict[str, Any]:
        found = [choices[key] for key in sorted(choices)]
        return {**self._head, "choices": [self._finished(choice) for choice in found], "usage": usage(self.prompt_tokens, self.completion_tokens)}

    def _finished(self, choice: Choice) -> dict[str, Any]:
        message = {"role": "assistant", "content": choice.text, "refusal": None}
        return {"index": choice.index, "message": message, "logprobs": self._logprobs(choice, slice(None)), "finish_reason": choice.finish_reason}

    def first(self, choice: Choice) -> list[dict[str, Any]]:
        return [self._chunk([{"index": choice.index, "delta": {"role": "assistant", "content": ""}, "logprobs": None, "finish_reason": None}])]

    def chunk(self, choice: Choice, text: str, tokens: slice) -> dict[str, Any]:
        delta = {"content": text} if text or choice.finish_reason is None else {}
        return self._chunk([{"index": choice.index, "delta": delta, "logprobs": self._logprobs(choice, tokens), "finish_reason": choice.finish_reason}])

    def usage(self) -> dict[str, Any]:
        return {**self._head, "choices": [], "usage": usage(self.prompt_tokens, self.completion_tokens)}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head, "choices": choices, **({"usage": None} if self.usage_chunk else {})}

    def _logprobs(self, choice: Choice, tokens: slice) -> dict[str, Any] | None:
        return chat_logprobs(choice.tokens[tokens], self.top) if self._request.logprobs and choice.tokens[tokens] else None
