"""What a tape holds: the torch calls of a forward pass in their order, and where each of their tensors came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch


class Untapeable(Exception):
    """This model cannot be run from a tape; the message says why."""


@dataclass(frozen=True, slots=True)
class Input:
    """An argument of the pass: 0 the token ids, 1 the positions, both (1, T)."""

    index: int


@dataclass(frozen=True, slots=True)
class Result:
    """What call number ``call`` returned; ``item`` of it where that was several tensors."""

    call: int
    item: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A tensor that was there before the pass: a weight, a table."""

    tensor: torch.Tensor

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self.tensor is other.tensor

    def __hash__(self) -> int:
        return id(self.tensor)


@dataclass(frozen=True, slots=True)
class Line:
    """The integer ``slope`` x T + ``offset``, T being the number of tokens."""

    slope: int
    offset: int

    def at(self, tokens: int) -> int:
        return self.slope * tokens + self.offset


@dataclass(frozen=True, slots=True)
class Call:
    """One call. Tensors among its arguments, at any depth, are ``Input``, ``Result`` or ``Constant``; integers may be ``Line``."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]

    @property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", ""))


@dataclass(frozen=True, slots=True)
class Tape:
    """Calls by number, in the order in which they are made; what ``output`` names is what the pass returns."""

    calls: dict[int, Call]
    output: Result


def mapped(change: Callable[[Any], Any], tree: Any) -> Any:
    """A tuple, list, dict, slice or call with ``change`` applied to its members; anything else as it is."""
    if isinstance(tree, Call):
        return Call(tree.function, change(tree.arguments), change(tree.options))
    if isinstance(tree, dict):
        return {key: change(member) for key, member in tree.items()}
    if isinstance(tree, slice):
        return slice(change(tree.start), change(tree.stop), change(tree.step))
    if isinstance(tree, list):
        return [change(member) for member in tree]
    if isinstance(tree, tuple):
        return tuple(change(member) for member in tree)
    return tree


def leaves(tree: Any) -> Iterator[Any]:
    """What is not a container, at any depth."""
    if isinstance(tree, Call):
        yield from leaves((tree.arguments, tree.options))
    elif isinstance(tree, dict):
        yield from leaves(tuple(tree.values()))
    elif isinstance(tree, slice):
        yield from (tree.start, tree.stop, tree.step)
    elif isinstance(tree, tuple | list):
        for member in tree:
            yield from leaves(member)
    else:
        yield tree


def results(tree: Any) -> Iterator[Result]:
    """The results of earlier calls that ``tree`` uses."""
    return (leaf for leaf in leaves(tree) if isinstance(leaf, Result))


def replaced(tree: Any, by: dict[Result, Any]) -> Any:
    """``tree`` with other things where it has some of its results."""
    if isinstance(tree, Result):
        return by.get(tree, tree)
    return mapped(lambda member: replaced(member, by), tree)


def with_before(tape: Tape, calls: dict[int, Call], new: dict[int, list[tuple[int, Call]]]) -> Tape:
    """``tape`` with other ``calls`` of the same numbers, and ``new`` numbered ones put before some of them."""
    ordered = ((made, call) for number, old in calls.items() for made, call in (*new.get(number, ()), (number, old)))
    return Tape(dict(ordered), tape.output)
