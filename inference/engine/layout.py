"""How the weights of a loaded model lie in memory, for the processor that reads them. Knows nothing of families or of decoding.

Measured on an AVX-512 machine without AMX, one thread, with MKL and oneDNN as torch 2.13 brings them:

- float32, column by column: as fast for one row as row by row, up to 2.3 times as fast for 8 to 32; and from two rows on, the numbers of a
  row do not depend on how many others there are. (oneDNN's packed form is no faster there, and slower for one row.)
- bfloat16, packed for oneDNN: 1.3 to 1.7 times as fast as row by row, and 1.7 to 2.2 times as fast as column by column (GPT-2's).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from inference.engine.packed import PackedLinear, can_pack

_LINEAR = (torch.nn.Linear, Conv1D)


def arrange(model: Any) -> None:
    """Lay the weights of linear layers on the CPU as decoding wants them, in place; nothing is held twice.

    In float32 the modules stay what they are, names, shapes and gradients included; in bfloat16 they become ``PackedLinear``, but
    for weights that several modules share.
    """
    with torch.no_grad():
        if torch.backends.mkl.is_available():
            _by_columns(model)
        if can_pack():
            _pack(model)


def _by_columns(model: Any) -> None:
    for module in model.modules():
        if type(module) is torch.nn.Linear and _is_plain(module.weight, torch.float32):
            module.weight.data = module.weight.data.t().contiguous().t()


def _pack(model: Any) -> None:
    holders = Counter(id(weight) for module in model.modules() for weight in module._parameters.values())
    replace_linear(model, lambda module: _is_plain(module.weight, torch.bfloat16) and holders[id(module.weight)] == 1)


def replace_linear(model: Any, chosen: Callable[[Any], bool]) -> None:
    """Pack the linear layers that are ``chosen``, each weight let go of as soon as it is packed."""
    parents = [module for module in model.modules() if type(module) not in _LINEAR]
    for parent in parents:
        for name in [name for name, module in parent.named_children() if type(module) in _LINEAR and chosen(module)]:
            setattr(parent, name, packed(getattr(parent, name)))


def packed(module: Any) -> PackedLinear:
    """A linear layer, or GPT-2's, whose weight is (in, out), with its weight packed."""
    weight = module.weight.t() if type(module) is Conv1D else module.weight
    return PackedLinear(weight, module.bias)


def _is_plain(weight: Any, dtype: torch.dtype) -> bool:
    return type(weight) is torch.nn.Parameter and weight.dtype is dtype and weight.device.type == "cpu" and weight.is_contiguous()
