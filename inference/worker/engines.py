"""What a worker needs of the engine, and no more: the interface that ``inference.engine`` offers. Torch-free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from inference.events import Event
from inference.progress import Progress
from inference.spec import ModelSource, RunSpec, Watch


class Handle(Protocol):
    """One submitted run. Iterating blocks between events and ends after ``Finished``."""

    def __iter__(self) -> Iterator[Event]: ...

    def cancel(self) -> None: ...

    def watch(self, watch: Watch) -> None: ...


class Engine(Protocol):
    """One loaded model that decodes many runs at once."""

    @property
    def alive(self) -> bool: ...

    @property
    def busy(self) -> bool:
        """Whether it has runs or other work."""

    @property
    def memory_bytes(self) -> int:
        """Weights and caches."""

    def submit(
        self, spec: RunSpec, progress: Progress | None = None, submitted_at: float | None = None, owner: str | None = None
    ) -> Handle:
        """``progress``: the run has started before and came so far; ``None``: it has not. Waiting runs of different ``owner`` take turns."""

    def close(self) -> None: ...


class Engines(Protocol):
    """Where engines come from."""

    def get(self, source: ModelSource, on_load: Callable[[float], None]) -> Engine:
        """The engine of ``source``; ``on_load`` hears a fraction where it has to be loaded first."""
