"""Why something in a room is refused: a code that stays, words, and the bound. Knows nothing of sockets."""

from __future__ import annotations

from inference.events import ErrorInfo
from playground.live.refusals import RunRefused, shown


def refusal(code: str, message: str, field: str | None = None, value: object = None, bound: str | None = None) -> RunRefused:
    """To be raised; then nothing has changed."""
    return RunRefused(ErrorInfo(code, message, field, None if value is None else shown(value), bound))
