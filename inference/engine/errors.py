"""What can be wrong with a model or a run, as values that an interface can show. Torch-free."""

from __future__ import annotations

from inference.events import ErrorInfo
from inference.grammar import DeadEnd


class ModelError(Exception):
    """A model cannot be used; ``code`` is stable (e.g. ``pickle_only``), ``message`` says what to do about it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    @property
    def info(self) -> ErrorInfo:
        return ErrorInfo(self.code, self.message, field="model")


class RunError(Exception):
    """A run cannot start or go on; carries the error that its last event reports."""

    def __init__(self, code: str, message: str, field: str | None = None, value: object = None, bound: object = None) -> None:
        super().__init__(message)
        self.info = ErrorInfo(code, message, field, None if value is None else str(value), None if bound is None else str(bound))


def failure(error: Exception) -> RunError:
    """What a run ends with where ``error`` was raised in one of its steps."""
    if isinstance(error, DeadEnd):
        return RunError(error.code, str(error), f"sampling.{error.field}")
    memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "allocate memory" in str(error)
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return RunError("out_of_memory" if memory else "step_failed", first)
