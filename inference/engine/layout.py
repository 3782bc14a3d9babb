"""How the weights of a loaded model lie in memory, for the processor that reads them. Knows nothing of families or of decoding.

Measured on an AVX-512 machine without AMX, one thread, with MKL and oneDNN as torch 2.13 brings them:

- float32, up to some 700 x 1,000: column by column. As fast for one row as row by row, up to 2.3 times as fast for 8 to 32; and from two rows
  on, the numbers of a row do not depend on how many others there are.
- float32, larger: packed for oneDNN. As fast for one row, up to 1.8 times as fast as column by column for 8.
- bfloat16, packed for oneDNN: 1.3 to 1.7 times as fast as row by row, and 1.7 to 2.2 times as fast as column by column (GPT-2's).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from inference.allocator import trim
from inference.engine.packed import PackedLinear, can_pack
from inference.engine.packed_rows import embedding_of

_LINEAR = (torch.nn.Linear, Conv1D)
_LEAST = {torch.float32: 2**20, torch.bfloat16: 0}  # numbers of a weight from which on it is packed

Chosen = Callable[[torch.Tensor], bool]


def arrange(model: Any) -> None:
    """Lay the weights of linear layers on the CPU as decoding wants them, in place; nothing is held twice.

    Those that are packed become ``PackedLinear``, and embeddings that share one read it where it is; the others stay what they are, names,
    shapes and gradients included.
    """
    with torch.no_grad():
        if can_pack():
            pack(model, lambda weight: _LEAST.get(weight.dtype, weight.numel() + 1) <= weight.numel())
        if torch.backends.mkl.is_available():
            _by_columns(model)


def _by_columns(model: Any) -> None:
    for module in model.modules():
        if type(module) is torch.nn.Linear and _is_plain(module.weight) and module.weight.dtype is torch.float32:
            module.weight.data = module.weight.data.t().contiguous().t()


def pack(model: Any, chosen: Chosen) -> None:
    """Pack the ``chosen`` weights of linear layers, each let go of as soon as it is packed; but for those that others share in ways unknown."""
    holders = Counter(id(weight) for module in model.modules() for weight in module._parameters.values())
    wanted = {
        id(module.weight) for module in model.modules() if type(module) in _LINEAR and _is_plain(module.weight) and chosen(module.weight)
    }
    embeddings = {id(one.weight): (parent, name) for parent, name, one in _children(model, (torch.nn.Embedding,)) if one.max_norm is None}
    for parent, name, layer in _children(model, _LINEAR):
        place = id(layer.weight)
        if place in wanted and holders[place] == 1:
            setattr(parent, name, packed(layer))
            trim()  # else what is freed and what is packed come to lie between each other, and both stay
        elif place in wanted and holders[place] == 2 and place in embeddings and type(layer) is torch.nn.Linear:
            _pack_tied(parent, name, *embeddings[place])


def _children(model: Any, kinds: tuple[type, ...]) -> Iterator[tuple[Any, str, Any]]:
    """Parent, name and module; what the caller has replaced is let go of."""
    parents = [module for module in model.modules() if type(module) not in kinds]
    for parent in parents:
        for name in [name for name, module in parent.named_children() if type(module) in kinds]:
            yield parent, name, getattr(parent, name)


def _pack_tied(head_parent: Any, head_name: str, parent: Any, name: str) -> None:
    """A head and the embeddings that share its weight; they stay as they are where the embeddings could not be read from the packed form."""
    head = packed(getattr(head_parent, head_name))
    embedding = embedding_of(head.packed, getattr(parent, name).weight)
    if embedding is not None:
        setattr(head_parent, head_name, head)
        setattr(parent, name, embedding)


def packed(module: Any) -> PackedLinear:
    """A linear layer, or GPT-2's, whose weight is (in, out), with its weight packed."""
    weight = module.weight.t() if type(module) is Conv1D else module.weight
    return PackedLinear(weight, module.bias)


def _is_plain(weight: Any) -> bool:
    return type(weight) is torch.nn.Parameter and weight.device.type == "cpu" and weight.is_contiguous()
