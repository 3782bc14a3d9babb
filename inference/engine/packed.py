"""A linear layer whose weight has been repacked once for oneDNN. Knows nothing of models."""

from __future__ import annotations

import os
from typing import Any

import torch

from inference.engine import pages

# For every shape of a product, its rows included, oneDNN keeps 0.3 MiB of code and tables, and torch as much again for each thread. Both
# would remember 1,024: prompts of all lengths would fill 600 MiB. A step has 5 to 7 shapes, but of models whose layers differ in size
# (OpenELM) some hundred, and those of one step must fit; making one again takes half a millisecond. Read when the first product is made.
_REMEMBERED = 128  # shapes
os.environ.setdefault("LRU_CACHE_CAPACITY", str(_REMEMBERED))  # torch's, in each thread
if "DNNL_PRIMITIVE_CACHE_CAPACITY" not in os.environ:  # its older name
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(2 * _REMEMBERED))  # two primitives a product


class PackedLinear(torch.nn.Module):  # type: ignore[misc]  # torch does not type it
    """What ``torch.nn.Linear`` with ``weight`` (N, K) and ``bias`` (N,) computes, and nothing of ``weight`` is kept but the packed form.

    Gradients flow to the input only, and unpack the weight each time: a model is looked into now and then, and decodes always.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.out_features, self.in_features = weight.shape
        self.packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), _ROWS[weight.dtype])
        pages.huge(torch.ops.mkldnn.data_ptr(self.packed), torch.ops.mkldnn._nbytes(self.packed))
        self.bias = None if bias is None else torch.nn.Parameter(bias.detach(), requires_grad=False)

    @property
    def weight(self) -> torch.Tensor:
        """(N, K), unpacked anew each time."""
        weight: torch.Tensor = self.packed.to_dense()
        return weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(..., K) -> (..., N)"""
        if torch.is_grad_enabled() and x.requires_grad:
            differentiable: torch.Tensor = _Product.apply(x, self.packed, self.bias)
            return differentiable
        return product(x, self.packed, self.bias)


# Of the products that oneDNN packs for. Packed for one row, float32 weights stay as they are; for eight, products with 2 to 32 rows
# are up to twice as fast, and one with a single row is no slower. bfloat16 weights packed for one row are 1.1 to 1.3 times as fast.
_ROWS = {torch.float32: 8, torch.bfloat16: 1}


def can_pack() -> bool:
    """Whether this machine has what it takes."""
    return bool(torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported())


PRODUCT = torch.ops.mkldnn._linear_pointwise.default  # (x, packed, bias, ...)


def product(x: torch.Tensor, packed: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    out: torch.Tensor = PRODUCT(x, packed, bias, "none", [], "")
    return out


class _Product(torch.autograd.Function):  # type: ignore[misc]  # torch does not type it
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, packed: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        ctx.packed = packed
        return product(x, packed, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return gradients[0] @ ctx.packed.to_dense(), None, None
