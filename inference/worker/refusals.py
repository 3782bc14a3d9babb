"""What the worker says of an error to whoever waits. Knows neither runs nor questions."""

from __future__ import annotations

from inference.events import ErrorInfo
from inference.sources import SourceError


def error_info(error: Exception) -> ErrorInfo:
    """The engine's own refusals carry a code; anything else is ours to answer for, and its text may tell of paths."""
    if isinstance(error, SourceError):
        return ErrorInfo("model_unavailable", "the worker does not find the model's files", "model")
    info = getattr(error, "info", None)
    return info if isinstance(info, ErrorInfo) else ErrorInfo("internal", f"the worker failed: {type(error).__name__}")
