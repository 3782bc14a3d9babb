"""Takes out of a tape what need not be computed in every step. Knows nothing of families, only of what torch's calls do.

Calls that are the same in every pass, or for every layer, are made once.
"""

from __future__ import annotations

from typing import Any

import torch

from inference.engine.attention import attend
from inference.engine.replay.products import joined
from inference.engine.replay.rotation import rotated
from inference.engine.replay.tape import Call, Constant, Input, Line, Result, Tape, leaves, mapped, replaced, results

_SMALL = 2**16  # elements of a tensor that may be kept rather than computed again


def simplified(tape: Tape) -> Tape:
    """A tape with the same result in fewer calls. One that writes into tensors is left as it is, as its order matters."""
    if any(_writes(call) for call in tape.calls.values()):
        return tape
    for rewrite in (_folded, _shared, rotated, _shared, joined, _needed):
        tape = rewrite(tape)
    return tape


def _writes(call: Call) -> bool:
    name = call.name
    return name == "__setitem__" or "out" in call.options or (name.endswith("_") and not name.endswith("__"))


def _folded(tape: Tape) -> Tape:
    """Without calls that give the same small tensor in every pass, which becomes a constant."""
    calls: dict[int, Call] = {}
    constants: dict[Result, Any] = {}
    for number, one in tape.calls.items():
        call = replaced(one, constants)
        value = None if call.function is attend or any(isinstance(leaf, Input | Result | Line) for leaf in leaves(call)) else _value(call)
        if isinstance(value, torch.Tensor) and value.numel() <= _SMALL:
            constants[Result(number)] = Constant(value)
        else:
            calls[number] = call
    return Tape(calls, tape.output)


def _value(call: Call) -> Any:
    arguments, options = _tensors(call.arguments), _tensors(call.options)
    return call.function(*arguments, **options)


def _tensors(tree: Any) -> Any:
    return tree.tensor if isinstance(tree, Constant) else mapped(_tensors, tree)


def _shared(tape: Tape) -> Tape:
    """Without calls that an earlier one has made already."""
    calls: dict[int, Call] = {}
    earlier: dict[Any, int] = {}
    same: dict[Result, Any] = {}
    for number, one in tape.calls.items():
        call = replaced(one, same)
        first = number if call.function is attend else earlier.setdefault(_key((call.function, call.arguments, call.options)), number)
        if first == number:
            calls[number] = call
        else:
            same |= {Result(number, item): Result(first, item) for item in (None, *range(_most_items(tape, number)))}
    return Tape(calls, replaced(tape.output, same))


def _most_items(tape: Tape, number: int) -> int:
    used = (result.item for call in tape.calls.values() for result in results(call) if result.call == number)
    return max((item + 1 for item in used if item is not None), default=0)


def _key(tree: Any) -> Any:
    """Something hashable that is equal for equal trees only: 1, 1.0 and True are told apart."""
    if isinstance(tree, dict):
        return dict, tuple((name, _key(member)) for name, member in tree.items())
    if isinstance(tree, slice):
        return slice, _key((tree.start, tree.stop, tree.step))
    if isinstance(tree, tuple | list):
        return type(tree), tuple(map(_key, tree))
    return type(tree), tree


def _needed(tape: Tape) -> Tape:
    """Without calls whose results nobody uses."""
    wanted = {tape.output.call}
    calls: dict[int, Call] = {}
    for number, call in reversed(tape.calls.items()):
        if number in wanted or call.function is attend:
            calls[number] = call
            wanted |= {result.call for result in results(call)}
    return Tape(dict(reversed(calls.items())), tape.output)
