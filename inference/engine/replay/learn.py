"""From tapes of passes of several lengths to one tape for any length. Knows nothing of what the calls do.

Two tapes tell which numbers depend on the number of tokens; further ones, of other lengths and values, must be what these two predict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from inference.engine.replay.recorder import Forward, record
from inference.engine.replay.tape import Call, Line, Tape, Untapeable, mapped

_LEARNT = (2, 5)  # tokens of the passes that the tape is made from
_CHECKED = (1, 3, 8)  # and of those that it must predict

Values = Callable[[int], tuple[torch.Tensor, torch.Tensor]]  # ids and positions, both (1, T), for a number of tokens


def learn(forward: Forward, values: Values) -> Tape:
    """A tape of ``forward`` for any number of tokens. Raises ``Untapeable`` where it takes its course otherwise than by their number."""
    first, second = (record(forward, *values(tokens)) for tokens in _LEARNT)
    tape: Tape = Tape(_merge(first.calls, second.calls), first.output)
    for tokens in _CHECKED:
        if record(forward, *values(tokens)) != Tape(_at(tape.calls, tokens), tape.output):
            raise Untapeable(f"a pass over {tokens} tokens takes another course")
    return tape


def _merge(first: Any, second: Any) -> Any:
    """What both agree on; integers in which they differ become ``Line``."""
    if type(first) is not type(second):
        raise _different()
    if isinstance(first, Call):
        return Call(*(_merge(getattr(first, name), getattr(second, name)) for name in ("function", "arguments", "options")))
    if isinstance(first, slice):
        return slice(*(_merge(getattr(first, name), getattr(second, name)) for name in ("start", "stop", "step")))
    if isinstance(first, dict) and first.keys() == second.keys():
        return {key: _merge(first[key], second[key]) for key in first}
    if isinstance(first, tuple | list) and len(first) == len(second):
        merged = (_merge(one, other) for one, other in zip(first, second, strict=True))
        return list(merged) if isinstance(first, list) else tuple(merged)
    if type(first) is int and first != second:
        return _line(first, second)
    if first is second or first == second:
        return first
    raise _different()


def _line(first: int, second: int) -> Line:
    low, high = _LEARNT
    slope, left = divmod(second - first, high - low)
    if left:
        raise _different()
    return Line(slope, first - slope * low)


def _different() -> Untapeable:
    return Untapeable("passes of different lengths take different courses")


def _at(tree: Any, tokens: int) -> Any:
    """The calls of a pass over ``tokens`` tokens."""
    if isinstance(tree, Line):
        return tree.at(tokens)
    return mapped(lambda member: _at(member, tokens), tree)
