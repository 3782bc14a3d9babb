"""What an operator has a worker do with a model, on its way there, and what the worker says of it. Torch-free.

It travels in the task's message; each report replaces the one before in the event log under ``box`` (``EventLog.post``). To let a model
go is told to all workers at once: it is left in the box of the model, where each looks that has it in memory.
"""

from __future__ import annotations

from typing import Literal

from inference.spec import ModelSource, Spec

ORDER_TASK = "inference.order"  # argument: an Order as JSON
REPORT_SECONDS = 3600.0  # so long a report can be fetched

Action = Literal["check", "load"]


class Order(Spec):
    """``check`` loads the model and lets it say something; ``load`` only loads it."""

    box: str
    action: Action
    source: ModelSource

    def pack(self) -> str:
        return self.model_dump_json()

    @classmethod
    def unpack(cls, text: str) -> Order:
        """Raises ``ValueError`` for anything that ``pack`` cannot have written."""
        return cls.model_validate_json(text)


class Facts(Spec):
    """What a loaded model is. Those of the sample are absent where nothing was decoded."""

    parameters: int
    weight_bytes: int
    memory_bytes: int  # weights, and the caches as large as they have grown
    layers: int
    heads: int
    vocab_size: int
    context: int  # tokens
    dtype: str
    device: str
    quantization: str
    path: str  # "packed" or "fallback"
    path_reason: str
    sample: str | None = None  # what the model went on with, greedily
    tokens_per_second: float | None = None
    peak_rss_bytes: int | None = None  # of the worker process


class Report(Spec):
    """How an order stands: being done, done, or failed for the reason ``error``."""

    state: Literal["loading", "measuring", "done", "failed"]
    worker: str
    fraction: float = 0.0  # of the weights
    seconds: float = 0.0  # since the worker took the order up
    facts: Facts | None = None
    error: str | None = None

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed")

    def pack(self) -> bytes:
        return self.model_dump_json().encode()

    @classmethod
    def unpack(cls, data: bytes) -> Report:
        """Raises ``ValueError`` for anything that ``pack`` cannot have written."""
        return cls.model_validate_json(data)


def release_box(source: ModelSource) -> str:
    """Where workers look whether they are to let ``source`` go."""
    return f"release-{source.name}"
