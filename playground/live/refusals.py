"""Why a message or a run is refused, in parts: field, value, bound. Knows nothing of sockets."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from inference.events import ErrorInfo

SHOWN_CHARACTERS = 100  # of a refused value
SHOWN_ERRORS = 10
BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "min_length": "length >=", "max_length": "length <=", "expected": "one of"}


class RunRefused(Exception):
    """Nothing was created; ``errors`` say why."""

    def __init__(self, *errors: ErrorInfo) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


def errors_of(error: ValidationError) -> list[ErrorInfo]:
    """Pydantic's findings, each at its field."""
    return [_error_of(found) for found in error.errors(include_url=False)[:SHOWN_ERRORS]]


def shown(value: Any) -> str:
    """A refused value as text: short, printable."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: SHOWN_CHARACTERS + 1])
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _error_of(found: Any) -> ErrorInfo:
    field, message = _field(found["loc"]), found["msg"].removeprefix("Value error, ")
    if found["type"] == "value_error" and (named := re.match(r"(\w+): ", message)):
        # A check over several fields names the one that it is about
        field = named[1] if field in ("", "spec") else f"{field}.{named[1]}"
    return ErrorInfo(found["type"], message, field or None, shown(found["input"]), _bound(found.get("ctx", {})))


def _field(place: tuple[int | str, ...]) -> str:
    """Where in the message: without its type or that of its question, and within the spec where it is there."""
    parts = list(map(str, place[1:]))
    if parts[:1] == ["spec"] and len(parts) > 1:
        parts.pop(0)
    if parts[:1] == ["question"] and len(parts) > 1:
        parts.pop(1)  # its type
    return ".".join(parts)


def _bound(context: dict[str, Any]) -> str | None:
    bounds = [f"{sign} {context[name]}" for name, sign in BOUNDS.items() if name in context]
    return ", ".join(bounds) or None
