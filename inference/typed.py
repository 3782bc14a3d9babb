"""Whether a value is what its annotation says, to the last leaf. For events that come from outside: ``decode`` trusts what ``encode`` wrote."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Hashable
from functools import cache
from typing import Any, Literal

import numpy as np

from inference.events import Block


def well_typed(value: Any, hint: Any) -> bool:
    """``value`` and everything in it; an ``int`` will do for a ``float``, a ``bool`` for neither."""
    if dataclasses.is_dataclass(hint):
        return type(value) is hint and all(well_typed(getattr(value, name), of) for name, of in _fields(typing.cast(Hashable, hint))) and _sound(value)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return any(well_typed(value, one) for one in arguments)
    if origin is list:
        return type(value) is list and all(well_typed(item, arguments[0]) for item in value)
    if origin is dict:
        return type(value) is dict and all(well_typed(key, arguments[0]) and well_typed(item, arguments[1]) for key, item in value.items())
    if origin is Literal:
        return value in arguments
    if hint is float:
        return type(value) in (int, float)
    return value is None if hint in (None, types.NoneType) else type(value) is hint


@cache
def _fields(cls: Hashable) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(cls)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(typing.cast(Any, cls)))


def _sound(value: Any) -> bool:
    """A block's bytes are as many as its shape says."""
    if not isinstance(value, Block):
        return True
    return min(value.shape, default=1) >= 0 and len(value.data) == math.prod(value.shape) * np.dtype(value.dtype).itemsize
