"""A question about a run on its way from the web process to a worker, and back. Torch-free.

It travels in the task's message; its answer is left in the event log under ``box`` (``EventLog.post``), as the very frame that the browser
gets. A question whose worker dies is lost: whoever asked asks again.
"""

from __future__ import annotations

import msgpack

from inference.events import ErrorInfo, to_wire
from inference.questions import Answer, AnyQuestion
from inference.spec import ModelSource, Spec

INSIGHT_TASK = "inference.insight"  # argument: an Inquiry as JSON


class Inquiry(Spec):
    """One question, complete but for the run itself, which is in its log."""

    box: str
    run: str
    ref: str
    sample: int = 0
    question: AnyQuestion
    other: ModelSource | None = None  # the model that the question names

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
