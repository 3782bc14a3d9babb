"""Why a message or a run is refused, in parts: field, value, bound. Knows nothing of sockets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from inference.eventlog.protocol import NoRoom
from inference.events import ErrorInfo
from playground.catalog.rules import Beyond
from playground.quotas.services import DayIsSpent, Share

SHOWN_CHARACTERS = 100  # of a refused value
SHOWN_ERRORS = 10
WHOSE_RUNS = {"person": "your runs", "room": "this room's runs", "part": "your runs in this room"}
WHOSE_DAY = {"person": "today's", "room": "this room's", "part": "your part of this room's"}
BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "min_length": "length >=", "max_length": "length <=", "expected": "one of"}


class RunRefused(Exception):
    """Nothing was created; ``errors`` say why, ``retry_seconds`` when it is worth another try, where that is known."""

    def __init__(self, *errors: ErrorInfo, retry_seconds: int | None = None) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors, self.retry_seconds = list(errors), retry_seconds


def errors_of(error: ValidationError) -> list[ErrorInfo]:
    """Pydantic's findings, each at its field."""
    return [_error_of(found) for found in error.errors(include_url=False)[:SHOWN_ERRORS]]


def shown(value: Any) -> str:
    """A refused value as text: short, printable."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: SHOWN_CHARACTERS + 1])
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def no_room(full: NoRoom, shares: Sequence[Share], most_queue: int) -> RunRefused:
    """A limit of the person, of another share that the run counts for, or of the site, is reached."""
    share = next((share for share in shares if share.name == full.name), None)
    if share is None:
        return RunRefused(ErrorInfo("queue_full", f"{full.count} runs are waiting already", "queue", str(full.count), f"< {most_queue}"), retry_seconds=5)
    code, going = {"active": ("too_many_runs", "still going"), "waiting": ("too_many_waiting", "waiting already")}[full.bound]
    field, message = f"{full.bound}_runs", f"{full.count} of {WHOSE_RUNS[share.whose]} are {going}"
    bound = getattr(share.allowance, field)
    return RunRefused(ErrorInfo(_coded(code, share), message, field, str(full.count), f"< {bound}"), retry_seconds=2)


def above_maximum(beyond: Beyond) -> ErrorInfo:
    """A setting is above what the operator allows on this model."""
    none = beyond.value <= beyond.bound  # 0, which is no limit at all
    message = f"{beyond.field} must be set on this model, and be at most {beyond.bound:g}" if none else f"{beyond.field} is at most {beyond.bound:g} on this model"
    return ErrorInfo("above_maximum", message, f"sampling.{beyond.field}", f"{beyond.value:g}", f"<= {beyond.bound:g}")


def day_is_spent(spent: DayIsSpent, seconds_to_midnight: int) -> RunRefused:
    """The tokens of the day do not hold what the run may take; what is reserved for others may come back before midnight."""
    todays = f"{WHOSE_DAY[spent.share.whose]} {spent.limit}"
    if spent.left == 0:
        message = f"{spent.taken + spent.reserved} tokens of {todays} are used, or kept for runs that go on"
        error = ErrorInfo(_coded("over_quota", spent.share), message, "tokens_per_day", str(spent.taken + spent.reserved), f"< {spent.limit}")
    else:
        message = f"the run may take {spent.asked} tokens, and of {todays} there are {spent.left} left"
        error = ErrorInfo(_coded("beyond_quota", spent.share), message, "sampling.max_tokens", str(spent.asked), f"<= {spent.left}")
    soon = spent.reserved > 0 and spent.taken < spent.limit
    return RunRefused(error, retry_seconds=min(5, seconds_to_midnight) if soon else seconds_to_midnight)


def _coded(code: str, share: Share) -> str:
    """One's own limit is the plain code; that of others together says whose it is."""
    return code if share.whose == "person" else f"{share.whose}_{code}"


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
