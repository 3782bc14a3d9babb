"""What travels with a run from the web process to whichever worker decodes it. Torch-free; kept as the ``meta`` of the run's log."""

from __future__ import annotations

from pydantic import Field

from inference.moderation.filters import Filter
from inference.spec import ModelSource, RunSpec, Spec

DECODE_TASK = "inference.decode"  # argument: the run's id; everything else is in its log


class Job(Spec):
    """One run, complete: a worker needs no database to decode it."""

    spec: RunSpec
    source: ModelSource
    submitted_at: float = Field(description="Unix seconds at which the person pressed Run")
    queue: str
    person: str
    filters: tuple[Filter, ...] = Field((), description="What the site forbids; those on prompts only where it could not look itself")

    def pack(self) -> bytes:
        return self.model_dump_json().encode()

    @classmethod
    def unpack(cls, meta: bytes) -> Job:
        """Raises ``ValueError`` for anything that ``pack`` cannot have written."""
        return cls.model_validate_json(meta)
