"""From what runs say to what OpenAI's clients read, whole or in a stream. The shapes themselves are in ``completions`` and ``chat``."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

from inference.events import Finished, Hypotheses, SampleFinished, Started, Token
from playground.api.openai.choices import Choice, placed, reason
from playground.api.openai.errors import of_info, of_refusal
from playground.api.openai.work import Heard, Work
from playground.live.refusals import RunRefused

Choices = dict[tuple[int, int], Choice]  # by prompt and sample


class Shape(Protocol):
    """How one kind of completion looks."""

    top: int  # likeliest tokens beside each
    samples: int  # of each prompt
    usage_chunk: bool

    def whole(self, choices: Choices) -> dict[str, Any]:
        """The answer."""

    def first(self, choice: Choice) -> list[dict[str, Any]]:
        """What a stream says of a choice before its tokens."""

    def chunk(self, choice: Choice, text: str, tokens: slice) -> dict[str, Any]:
        """New text of a choice, and those of its tokens that are new."""

    def usage(self) -> dict[str, Any]:
        """The last chunk of a stream, where it was asked for."""

    prompt_tokens: int
    completion_tokens: int


async def gathered(work: Work, shape: Shape) -> Choices:
    """All choices, finished. Raises ``ApiError``."""
    choices: Choices = {}
    async for _ in _changes(work, shape, choices):
        pass
    return choices


async def streamed(work: Work, shape: Shape) -> AsyncIterator[dict[str, Any]]:
    """Chunks. Raises ``ApiError``."""
    choices: Choices = {}
    changes = _changes(work, shape, choices)
    begun: set[int] = set()
    try:
        async for choice, text, tokens in changes:
            if choice.index not in begun:
                begun.add(choice.index)
                for chunk in shape.first(choice):
                    yield chunk
            yield shape.chunk(choice, text, tokens)
        if shape.usage_chunk:
            yield shape.usage()
    finally:
        await changes.aclose()  # type: ignore[attr-defined]


async def _changes(work: Work, shape: Shape, choices: Choices) -> AsyncIterator[tuple[Choice, str, slice]]:
    heard = work.heard()
    try:
        async for one in heard:
            for change in _change(one, shape, choices):
                yield change
    except RunRefused as refused:
        raise of_refusal(refused) from refused
    finally:
        await heard.aclose()  # type: ignore[attr-defined]


def _change(heard: Heard, shape: Shape, choices: Choices) -> list[tuple[Choice, str, slice]]:
    """What an event changes: a choice, its new text, its new tokens."""
    match heard.event:
        case Started() as started:
            shape.prompt_tokens += len(started.prompt_ids)
        case Token() as token:
            choice = _choice(heard.prompt, token.sample, shape, choices)
            choice.tokens.append(placed(token, shape.top))
            shape.completion_tokens += 1
            return [_said(choice, token.text, 1)]
        case SampleFinished() as ended:
            choice = _choice(heard.prompt, ended.sample, shape, choices)
            choice.finish_reason = reason(ended)
            return [_said(choice, ended.text, 0)]
        case Finished(error=error) if error is not None:
            raise of_info(error)
        case Finished() as ended:
            return _finish(heard.prompt, ended, shape, choices)
        case Hypotheses():
            pass  # of beam search: the tokens of the best follow
    return []


def _finish(prompt: int, ended: Finished, shape: Shape, choices: Choices) -> list[tuple[Choice, str, slice]]:
    changes = []
    for sample in range(shape.samples):
        choice = _choice(prompt, sample, shape, choices)
        if choice.finish_reason is None:
            choice.finish_reason = reason(ended)
            changes.append(_said(choice, ended.text if sample == 0 else "", 0))
    return changes


def _said(choice: Choice, text: str, tokens: int) -> tuple[Choice, str, slice]:
    choice.text += text
    return choice, text, slice(len(choice.tokens) - tokens, len(choice.tokens))


def _choice(prompt: int, sample: int, shape: Shape, choices: Choices) -> Choice:
    return choices.setdefault((prompt, sample), Choice(prompt * shape.samples + sample))


def head(kind: str, model: str) -> dict[str, Any]:
    """What every answer begins with."""
    prefix = "chatcmpl" if kind.startswith("chat") else "cmpl"
    return {"id": f"{prefix}-{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), "model": model}


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, Any]:
    return {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens, "total_tokens": prompt_tokens + completion_tokens}
