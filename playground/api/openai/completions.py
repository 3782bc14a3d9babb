"""The shape of ``/v1/completions``: batches, the prompt echoed with its log-probabilities, the best of several."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from playground.api.openai import specs
from playground.api.openai.choices import Choice, Likely, Placed, completion_logprobs, placed_prompt
from playground.api.openai.following import in_thread, reading
from playground.api.openai.gathering import Choices, head, usage
from playground.api.openai.schema import CompletionRequest


class CompletionShape:
    """One answer to ``request``."""

    def __init__(self, request: CompletionRequest) -> None:
        self._request = request
        self._head = head("text_completion", request.model)
        self._prompts: list[list[Placed]] = []  # echoed, one list a prompt
        self._texts: list[str] = []  # of these
        self.top, self.samples = request.logprobs or 0, request.best_of or request.n
        self.usage_chunk = bool(request.stream_options and request.stream_options.include_usage)
        self.prompt_tokens = self.completion_tokens = 0

    async def read_prompts(self) -> None:
        """What is to be echoed, with its log-probabilities where they are wanted. Raises ``RunRefused``."""
        if not self._request.echo:
            return
        for prompt in self._request.prompts:
            ids = await in_thread(specs.ids_of)(self._request.model, prompt)
            self._prompts.append(await self._read(ids))
            self._texts.append(prompt if isinstance(prompt, str) else _text(self._prompts[-1]))
        if not self._request.max_tokens:
            self.prompt_tokens = sum(map(len, self._prompts))

    async def _read(self, ids: list[int]) -> list[Placed]:
        if len(ids) > 1:
            return placed_prompt((await reading(self._request.model, ids, self.top)).tokens)
        return [Placed(Likely(await in_thread(specs.piece_of)(self._request.model, ids[0]), None), [])]

    def whole(self, choices: Choices) -> dict[str, Any]:
        found = self._best(choices) if choices else [Choice(index, finish_reason="length") for index in range(len(self._prompts))]
        return {**self._head, "choices": [self._finished(choice) for choice in found], "usage": usage(self.prompt_tokens, self.completion_tokens)}

    def _best(self, choices: Choices) -> list[Choice]:
        """The ``n`` best samples of each prompt, by their mean log-probability, in order."""
        n, found = self._request.n, []
        for prompt in range(len(self._request.prompts)):
            samples = [choices[key] for key in sorted(choices) if key[0] == prompt]
            if self.samples > n:
                samples.sort(key=lambda choice: -choice.mean_logprob)
            found += [replace(choice, index=prompt * n + place) for place, choice in enumerate(samples[:n])]
        return found

    def _finished(self, choice: Choice) -> dict[str, Any]:
        text, tokens = self._echoed(choice.index // self._request.n)
        return self._entry(choice, text + choice.text, tokens + choice.tokens, 0)

    def first(self, choice: Choice) -> list[dict[str, Any]]:
        text, tokens = self._echoed(choice.index // self.samples)
        return [self._chunk({**self._entry(choice, text, tokens, 0), "finish_reason": None})] if tokens else []

    def chunk(self, choice: Choice, text: str, tokens: slice) -> dict[str, Any]:
        before = len(self._echoed(choice.index // self.samples)[0]) + len(choice.text) - len(text)
        return self._chunk(self._entry(choice, text, choice.tokens[tokens], before))

    def usage(self) -> dict[str, Any]:
        return {**self._head, "choices": [], "usage": usage(self.prompt_tokens, self.completion_tokens)}

    def _chunk(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {**self._head, "choices": [entry], **({"usage": None} if self.usage_chunk else {})}

    def _entry(self, choice: Choice, text: str, tokens: list[Placed], offset: int) -> dict[str, Any]:
        logprobs = completion_logprobs(tokens, offset) if self._request.logprobs is not None and tokens else None
        return {"index": choice.index, "text": text, "logprobs": logprobs, "finish_reason": choice.finish_reason}

    def _echoed(self, prompt: int) -> tuple[str, list[Placed]]:
        return (self._texts[prompt], self._prompts[prompt]) if self._prompts else ("", [])


def _text(tokens: list[Placed]) -> str:
    """The text of whole tokens: characters that span several come out right."""
    return b"".join(placed.token.piece for placed in tokens).decode(errors="replace")
