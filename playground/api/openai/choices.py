"""What a run said, as OpenAI's choices: text, finish reason, log-probabilities. Pure; knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy as np

from inference.events import Finished, SampleFinished, Token, Trace
from inference.questions import ReadToken

REASONS = {"length": "length", "context": "length", "time": "length", "content_filter": "content_filter"}  # all others: stop


@dataclass(frozen=True, slots=True)
class Likely:
    """A token and its log-probability (nats) under the raw logits, as vLLM has it."""

    piece: bytes
    logprob: float | None  # None: nothing precedes it

    @property
    def text(self) -> str:
        """The token as text; bytes that are no character of their own are written out, as OpenAI does."""
        try:
            return self.piece.decode()
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in self.piece)


@dataclass(frozen=True, slots=True)
class Placed:
    """A token of the text with the likeliest at its place."""

    token: Likely
    top: list[Likely]


@dataclass(slots=True)
class Choice:
    """One sample of one prompt, as it grows."""

    index: int
    text: str = ""
    tokens: list[Placed] = field(default_factory=list)
    finish_reason: str | None = None
    count: int = 0

    @property
    def mean_logprob(self) -> float:
        """By which the best of several is chosen."""
        return sum(placed.token.logprob or 0.0 for placed in self.tokens) / max(1, len(self.tokens))


def reason(event: Finished | SampleFinished) -> str:
    return REASONS.get(event.reason, "stop")


def placed(token: Token, top: int) -> Placed:
    """``top`` likeliest tokens of the raw logits beside the one that was chosen."""
    return Placed(Likely(token.piece, token.raw_logprob), _top(token.trace, top) if token.trace and top else [])


def _top(trace: Trace, most: int) -> list[Likely]:
    ranks, scores = trace.ranks.array()[0], trace.scores.array()[0]  # (K,) of the raw logits
    best = [int(k) for k in np.argsort(ranks, kind="stable") if 0 < ranks[k] <= most][:most]
    return [Likely(trace.pieces[k], float(scores[k]) - trace.stages[0].logsumexp) for k in best]


def placed_prompt(tokens: Iterable[ReadToken]) -> list[Placed]:
    """A prompt that was scored."""
    return [Placed(Likely(token.piece, token.logprob), [Likely(one.piece, one.logprob) for one in token.top]) for token in tokens]


def completion_logprobs(tokens: list[Placed], offset: int) -> dict[str, Any]:
    """The form of ``/v1/completions``; ``offset`` is where in the text the first of ``tokens`` begins."""
    texts = [placed.token.text for placed in tokens]
    return {
        "tokens": texts,
        "token_logprobs": [placed.token.logprob for placed in tokens],
        "top_logprobs": [{one.text: one.logprob for one in reversed(placed.top)} or None for placed in tokens],
        "text_offset": [offset + before for before in accumulate(map(len, texts[:-1]), initial=0)] if texts else [],
    }


def chat_logprobs(tokens: list[Placed], top: int) -> dict[str, Any]:
    """The form of ``/v1/chat/completions``."""
    return {"content": [{**_entry(placed.token), "top_logprobs": [_entry(one) for one in placed.top[:top]]} for placed in tokens], "refusal": None}


def _entry(token: Likely) -> dict[str, Any]:
    return {"token": token.text, "logprob": token.logprob, "bytes": list(token.piece)}
