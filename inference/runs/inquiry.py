"""A question about a run on its way from the web process to a worker, and back. Torch-free.

It travels in the task's message; its answer is left in the event log under ``box`` (``EventLog.post``), as the very frame that the browser
gets. A question whose worker dies is lost: whoever asked asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgpack

from inference.events import ErrorInfo, to_wire
from inference.questions import Answer, AnyQuestion
from inference.spec import ModelSource, SamplingParams, Spec

INSIGHT_TASK = "inference.insight"  # argument: an Inquiry as JSON


class Kept(Spec):
    """A run whose log is gone, by what is stored of it: all that a question about it needs."""

    source: ModelSource
    sampling: SamplingParams
    prompt_ids: tuple[int, ...]
    token_ids: tuple[int, ...]  # of the sample that the question is about


class Inquiry(Spec):
    """One question, complete but for the run itself, which is in its log (or, where that is gone, in ``kept``)."""

    box: str
    run: str
    ref: str
    sample: int = 0
    question: AnyQuestion
    other: ModelSource | None = None  # the model that the question names
    kept: Kept | None = None
    queue: str = "decode"  # where it is put

    def pack(self) -> str:
        return self.model_dump_json()

    @classmethod
    def unpack(cls, text: str) -> Inquiry:
        """Raises ``ValueError`` for anything that ``pack`` cannot have written."""
        return cls.model_validate_json(text)

    def answered(self, answer: Answer) -> bytes:
        """The frame with the answer (``Answered`` of the socket's protocol)."""
        fields = {"type": "answer", "ref": self.ref, "run": self.run, "answer": {"type": answer.type, **to_wire(answer)}}
        data: bytes = msgpack.packb(fields)
        return data

    def refused(self, error: ErrorInfo) -> bytes:
        """The frame that says why there is none (``Refused``)."""
        data: bytes = msgpack.packb({"type": "error", "ref": self.ref, "run": self.run, "errors": [to_wire(error)]})
        return data


def told(events: Iterable[dict[str, Any]], sample: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The prompt's tokens and those of one sample, by the plain maps of a run's events. No prompt: the run has not begun."""
    prompt: tuple[int, ...] = ()
    tokens: list[int] = []
    for fields in events:
        if fields["type"] == "started":
            prompt, tokens = tuple(fields["prompt_ids"]), list(fields.get("output_ids", ()))
        elif fields["type"] == "token" and fields.get("sample", 0) == sample:
            tokens.append(fields["id"])
    return prompt, tuple(tokens)
