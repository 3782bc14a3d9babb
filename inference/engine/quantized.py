"""Weight-only quantization of a loaded model: its linear layers keep 8 or 4 bits a weight. Knows nothing of runs.

``int8``: one scale an output row, symmetric. ``int4``: one scale and one offset for every 32 weights of a row, asymmetric. On a CPU in
bfloat16 the products are torch's own kernels for such weights; elsewhere the weights of a layer are restored for each product.
Embeddings, the output head, norms, and experts that a family keeps in one tensor stay as they are.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from transformers.pytorch_utils import Conv1D

from inference.engine.errors import ModelError

QUANTIZATIONS = ("none", "int8", "int4")
GROUP = 32  # weights that share a scale in int4
_ROWS = 16  # the int4 kernel wants output rows by sixteens
_KINDS = ("Linear", "Conv1D", "FalconLinear")  # whose product is a plain one; other subclasses may do more
_LEFT = ("dt_proj",)  # Mamba multiplies with its weight by itself


def quantize(model: Any, quantization: str, device: torch.device) -> None:
    """Replace the linear layers of ``model``, in place, for use on ``device``. Raises ``ModelError`` where it has none."""
    found = list(_linear_layers(model))
    if not found:
        raise ModelError("bad_quantization", f"{type(model).__name__} has no linear layer that could be quantized")
    with torch.no_grad():
        for parent, name, layer in found:
            setattr(parent, name, _quantized(layer, quantization, device))


def quantized_sizes(model: Any) -> tuple[int, int]:
    """Weights in quantized layers, and the bytes that these layers take with their scales."""
    layers = [module for module in model.modules() if isinstance(module, QuantizedLinear)]
    count = sum(layer.in_features * layer.out_features for layer in layers)
    return count, sum(buffer.numel() * buffer.element_size() for layer in layers for buffer in layer.buffers())


class QuantizedLinear(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    """(..., in) -> (..., out) as the layer that it replaces."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.out_features, self.in_features = weight.shape
        self.bias = None if bias is None else torch.nn.Parameter(bias, requires_grad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self._product(x.reshape(-1, self.in_features)).reshape(*x.shape[:-1], self.out_features)
        return out if self.bias is None else out + self.bias

    @abstractmethod
    def _product(self, x: torch.Tensor) -> torch.Tensor:
        """(rows, in) -> (rows, out)."""


class Int8Linear(QuantizedLinear):
    """``weight`` int8 (out, in), ``scale`` (out)."""

    weight: torch.Tensor
    scale: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__(weight, bias)
        scale = (weight.float().abs().amax(1) / 127).clamp_min(1e-12)
        self.register_buffer("weight", (weight.float() / scale[:, None]).round().to(torch.int8))
        self.register_buffer("scale", scale.to(weight.dtype))

    def _product(self, x: torch.Tensor) -> torch.Tensor:
        if _has_kernels(x.device, x.dtype):
            return torch._weight_int8pack_mm(x, self.weight, self.scale)
        return F.linear(x, self.weight.to(x.dtype)) * self.scale


class Int4Linear(QuantizedLinear):
    """``weight`` two to a byte (out, in / 2), ``scales`` and ``lows`` (out, in / 32): a weight is ``low + scale * number``."""

    weight: torch.Tensor
    scales: torch.Tensor
    lows: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__(weight, bias)
        numbers, scale, low = numbers_of(weight)
        self.register_buffer("weight", numbers[:, ::2].to(torch.uint8) << 4 | numbers[:, 1::2].to(torch.uint8))
        self.register_buffer("scales", scale.to(weight.dtype))
        self.register_buffer("lows", low.to(weight.dtype))

    def _product(self, x: torch.Tensor) -> torch.Tensor:
        numbers = torch.stack((self.weight >> 4, self.weight & 15), -1).view(self.out_features, -1, GROUP)
        return F.linear(x, (numbers.to(x.dtype) * self.scales[..., None] + self.lows[..., None]).flatten(1))


class PackedInt4Linear(QuantizedLinear):
    """The same numbers in the order that torch's CPU kernel reads; ``scales`` (in / 32, out, 2): scale, and the weight of number 8."""

    weight: torch.Tensor
    scales: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__(weight, bias)
        numbers, scale, low = numbers_of(weight)
        self.register_buffer("weight", torch._convert_weight_to_int4pack_for_cpu(numbers, 1))
        self.register_buffer("scales", torch.stack((scale, low + 8 * scale), -1).transpose(0, 1).contiguous().to(weight.dtype))

    def _product(self, x: torch.Tensor) -> torch.Tensor:
        return torch._weight_int4pack_mm_for_cpu(x, self.weight, GROUP, self.scales)


def numbers_of(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Numbers 0 to 15 (out, in) int32, scales and lows (out, in / 32) float32, from the least to the largest weight of each group."""
    groups = weight.float().view(len(weight), -1, GROUP)
    low = groups.amin(-1)
    scale = ((groups.amax(-1) - low) / 15).clamp_min(1e-12)
    scale, low = scale.to(weight.dtype).float(), low.to(weight.dtype).float()  # as they will be stored
    numbers = ((groups - low[..., None]) / scale[..., None]).round().clamp(0, 15)
    return numbers.to(torch.int32).flatten(1), scale, low


def _quantized(layer: Any, quantization: str, device: torch.device) -> QuantizedLinear:
    weight, bias = layer.weight.data, None if layer.bias is None else layer.bias.data
    if isinstance(layer, Conv1D):  # GPT-2's own linear layer keeps its weight transposed
        weight = weight.t().contiguous()
    if quantization == "int8" or weight.shape[1] % GROUP:
        return Int8Linear(weight, bias)
    packed = _has_kernels(device, weight.dtype) and weight.shape[0] % _ROWS == 0
    return (PackedInt4Linear if packed else Int4Linear)(weight, bias)


def _has_kernels(device: torch.device, dtype: torch.dtype) -> bool:
    """Where torch's kernels were measured to be quicker than restoring the weights: the other types run up to 100 times slower."""
    return bool(device.type == "cpu" and dtype == torch.bfloat16)


def _linear_layers(model: Any) -> Iterator[tuple[torch.nn.Module, str, Any]]:
    """Parent, name and layer, except the output head and what families use without calling it."""
    head = model.get_output_embeddings()
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer).__name__ in _KINDS and layer is not head and name not in _LEFT:
                yield parent, name, layer
