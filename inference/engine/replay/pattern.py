"""Finds calls that belong together, by their shape. Knows nothing of what they do."""

from __future__ import annotations

from typing import Any

from inference.engine.replay.tape import Result, Tape, leaves

Pattern = Any  # (name of the function, pattern of each leaf of its arguments...), a variable (a string), or what has to stand there


def match(tape: Tape, pattern: Pattern, found: Any, bound: dict[str, Any]) -> bool:
    """Whether ``found`` is what ``pattern`` says. What its variables stand for is put into ``bound``, the same wherever one occurs."""
    if isinstance(pattern, str):
        return bool(bound.setdefault(pattern, found) == found)
    if not isinstance(pattern, tuple):
        return type(found) is type(pattern) and bool(found == pattern)
    if not isinstance(found, Result) or found.item is not None:
        return False
    call, (name, *parts) = tape.calls[found.call], pattern
    arguments = list(leaves(call))
    if call.name.strip("_") != name or len(arguments) != len(parts):
        return False
    return all(match(tape, part, argument, bound) for part, argument in zip(parts, arguments, strict=True))
