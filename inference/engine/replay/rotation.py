"""Rotations by halves, as rotary embeddings make them, in four calls instead of seven. Knows nothing else of a model.

Source: Su et al. 2021, "RoFormer"; ``rotate_half`` of transformers' models.
"""

from __future__ import annotations

from typing import Any

import torch

from inference.engine.replay.pattern import match
from inference.engine.replay.tape import Call, Result, Tape, with_before

_LOW = ("getitem", "x", ..., None, "half", None)  # x[..., :half]
_HIGH = ("getitem", "x", ..., "half", None, None)  # x[..., half:]
_ROTATION = ("add", ("mul", "x", "cos"), ("mul", ("cat", ("neg", _HIGH), _LOW, -1), "sin"))


def rotated(tape: Tape) -> Tape:
    """``x * cos + cat(-x[h:], x[:h]) * sin`` becomes ``x * cos + roll(x, -h) * s``, s being sin with its first part negated.

    The products and sums are the same, to the bit. Rotations by the same angles compute the same s, so that it is made once.
    """
    calls = dict(tape.calls)
    new: dict[int, list[tuple[int, Call]]] = {}
    for number, call in tape.calls.items():
        bound: dict[str, Any] = {}
        if match(tape, _ROTATION, Result(number), bound):
            first = max(calls) + 1 + 6 * len(new)
            new[number] = _signed(first, bound)
            calls[number] = Call(torch.Tensor.add, (call.arguments[0], Result(first + 5)), {})
    return with_before(tape, calls, new)


def _signed(first: int, bound: dict[str, Any]) -> list[tuple[int, Call]]:
    """Calls numbered from ``first``, of which the sixth is ``roll(x, -h) * s``."""
    sin, half = bound["sin"], bound["half"]
    calls = [
        Call(torch.Tensor.__getitem__, (sin, (..., slice(None, -half, None))), {}),
        Call(torch.Tensor.neg, (Result(first),), {}),
        Call(torch.Tensor.__getitem__, (sin, (..., slice(-half, None, None))), {}),
        Call(torch.cat, ((Result(first + 1), Result(first + 2)), -1), {}),
        Call(torch.roll, (bound["x"], -half, -1), {}),
        Call(torch.Tensor.mul, (Result(first + 4), Result(first + 3)), {}),
    ]
    return list(enumerate(calls, first))
