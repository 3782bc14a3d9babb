"""Writes down the torch calls of a forward pass. Knows nothing of what the model computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from inference.engine.attention import attend, running, used_options
from inference.engine.packed import PRODUCT
from inference.engine.replay.tape import Call, Constant, Input, Result, Tape, Untapeable, leaves, mapped

Forward = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # (1, T) ids and (1, T) positions -> (1, T, V) logits

_ABOUT_SHAPES = frozenset(
    {
        "size", "dim", "ndimension", "numel", "nelement", "stride", "element_size", "storage_offset", "is_contiguous", "is_floating_point",
        "is_complex", "get_device", "__len__", "is_inference",
    }
)  # fmt: skip
_ABOUT_GRADIENTS = frozenset({"_set_grad_enabled"})  # there are none in a pass that is run again
_SHAPED_BY_VALUES = frozenset({"nonzero", "argwhere", "masked_select", "unique", "unique_consecutive", "bincount", "repeat_interleave"})
_IDLE = frozenset({"to", "float", "dropout"})  # where these return their argument itself, they do so at every length


def record(forward: Forward, ids: torch.Tensor, positions: torch.Tensor) -> Tape:
    """A tape of one pass. Raises ``Untapeable`` where its course depends on the values in its tensors."""
    recorder = Recorder([ids, positions])
    with torch.inference_mode(), running(recorder), recorder:
        output = forward(ids, positions)
    return Tape(dict(enumerate(recorder.calls)), recorder.origin(output))


class Recorder(TorchFunctionMode):  # type: ignore[misc]  # torch does not type it
    """Sees the torch calls of its thread while it is entered, and takes the model's attention calls (``attention.Pass``)."""

    def __init__(self, inputs: list[torch.Tensor]) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._origins: dict[int, Input | Result] = {id(tensor): Input(n) for n, tensor in enumerate(inputs)}
        self._seen = list(inputs)  # kept alive, so that no other tensor gets the identity of one of them

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        options = kwargs or {}
        result, name = _product(args) if func is PRODUCT else func(*args, **options), getattr(func, "__name__", "")
        if name == "__get__":
            if isinstance(result, torch.Tensor):
                self._write(getattr, (args[0], func.__self__.__name__), {}, result)
        elif name == "__setitem__":
            self._write(func, args, options, None)
        elif name not in _ABOUT_SHAPES | _ABOUT_GRADIENTS:
            _check(name, args, result)
            if not (name in _IDLE and any(result is argument for argument in args)):
                self._write(func, args, options, result)
        return result

    def attend(self, module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        """Zeros in the shape of the result: what is recorded does not depend on values."""
        with torch._C.DisableTorchFunction():
            result = query.new_zeros(1, query.shape[2], query.shape[1], value.shape[3])
            used = used_options(module, options)
        self._write(attend, (module, query, key, value, used), {}, result)
        return result

    def origin(self, tensor: Any) -> Result:
        """The call that made ``tensor``. Raises ``Untapeable`` where none did."""
        origin = self._origins.get(id(tensor))
        if not isinstance(origin, Result):
            raise Untapeable("its output was not made by torch calls that can be seen")
        return origin

    def _write(self, func: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any], result: Any) -> None:
        number = len(self.calls)
        self.calls.append(Call(func, self._origins_in(args), self._origins_in(options)))
        for item, tensor in enumerate(result) if isinstance(result, tuple | list) else [(None, result)]:
            self._origins[id(tensor)] = Result(number, item)
            self._seen.append(tensor)

    def _origins_in(self, tree: Any) -> Any:
        """``tree`` with every tensor replaced by where it came from."""
        if isinstance(tree, torch.Tensor):
            return self._origins.get(id(tree)) or Constant(tree)
        return mapped(self._origins_in, tree)


def _product(args: tuple[Any, ...]) -> torch.Tensor:
    """Zeros in the shape of a product: oneDNN would make, and keep, code for numbers of tokens that nobody may ever ask for."""
    x, packed = args[:2]
    return x.new_zeros(*x.shape[:-1], packed.shape[0])


def _check(name: str, args: tuple[Any, ...], result: Any) -> None:
    if name in _SHAPED_BY_VALUES or (name == "where" and len(args) == 1) or (name == "__getitem__" and _selects(args[1])):
        raise Untapeable(f"the shape of what {name} returns depends on values")
    tensors = result if isinstance(result, tuple | list) else (result,)
    if not tensors or not all(isinstance(tensor, torch.Tensor) for tensor in tensors):
        raise Untapeable(f"{name} takes something out of a tensor")


def _selects(index: Any) -> bool:
    """Whether ``index`` takes the places where a mask is true."""
    return any(isinstance(leaf, torch.Tensor) and leaf.dtype in (torch.bool, torch.uint8) for leaf in leaves(index))
