"""Python code for a tape. Knows nothing of what its calls do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from inference.engine.replay.tape import Constant, Input, Line, Result, Tape, leaves, results

Program = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # (1, T) ids and (1, T) positions -> (1, T, V) logits

_PLAIN = (int, bool, str, type(None), type(...))  # what can stand in the code as it is written


def compiled(tape: Tape) -> Program:
    """Python code for ``tape``. Each result is let go of after its last use."""
    writer = _Writer()
    body = writer.body(tape)
    source = "\n    ".join(["def program(ids, positions):", "T = ids.shape[1]", *body])
    exec(compile(source, "<program of a tape>", "exec"), writer.names)  # noqa: S102  # its text is all our own: names, numbers, brackets
    program: Program = writer.names["program"]
    return program


class _Writer:
    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self._known: dict[int, str] = {}

    def body(self, tape: Tape) -> list[str]:
        last = _last_uses(tape)
        lines = []
        for number, call in tape.calls.items():
            arguments = [self._code(argument) for argument in call.arguments]
            arguments += [f"{name}={self._code(value)}" for name, value in call.options.items()]
            lines.append(f"v{number} = {self._name(call.function)}({', '.join(arguments)})")
            if done := last.get(number):
                lines.append("del " + ", ".join(f"v{one}" for one in done))
        return [*lines, f"return {self._code(tape.output)}"]

    def _code(self, tree: Any) -> str:
        if isinstance(tree, Input):
            return ("ids", "positions")[tree.index]
        if isinstance(tree, Result):
            return f"v{tree.call}" if tree.item is None else f"v{tree.call}[{tree.item}]"
        if isinstance(tree, Line):
            return "T" if tree == Line(1, 0) else f"{tree.slope} * T + {tree.offset}"
        if isinstance(tree, Constant):
            return self._name(tree.tensor)
        if isinstance(tree, _PLAIN):
            return "..." if tree is ... else repr(tree)
        return self._container(tree) if _varies(tree) else self._name(tree)

    def _container(self, tree: Any) -> str:
        if isinstance(tree, slice):
            return f"slice({self._code(tree.start)}, {self._code(tree.stop)}, {self._code(tree.step)})"
        if isinstance(tree, dict):
            return "{" + ", ".join(f"{key!r}: {self._code(value)}" for key, value in tree.items()) + "}"
        members = "".join(f"{self._code(member)}, " for member in tree)
        return f"[{members}]" if isinstance(tree, list) else f"({members})"

    def _name(self, thing: Any) -> str:
        """A global name for something that is the same in every pass."""
        if id(thing) not in self._known:
            self._known[id(thing)] = f"k{len(self._known)}"
            self.names[self._known[id(thing)]] = thing  # which keeps it alive, and so its id its own
        return self._known[id(thing)]


def _varies(tree: Any) -> bool:
    return any(isinstance(leaf, Input | Result | Line | Constant) for leaf in leaves(tree))


def _last_uses(tape: Tape) -> dict[int, list[int]]:
    """By number of the call after which they are not needed any more: the numbers of results."""
    last = {number: number for number in tape.calls}
    for number, call in tape.calls.items():
        last.update({result.call: number for result in results(call)})
    last.pop(tape.output.call, None)
    done: dict[int, list[int]] = {}
    for result, user in last.items():
        done.setdefault(user, []).append(result)
    return done
