"""Array types shared by the package, and the one conversion from torch. Knows nothing of sampling."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def to_numpy(logits: torch.Tensor) -> NDArray[Any]:
    """``logits`` as a float32 or float64 array on the CPU: a view where they are that already, so never write to it."""
    if logits.dtype not in (torch.float32, torch.float64):
        logits = logits.float()
    if logits.requires_grad or logits.device.type != "cpu":
        logits = logits.detach().cpu()
    array: NDArray[Any] = logits.numpy()
    return array


def row_numbers(count: int) -> Ints:
    """(count, 1) row indices, to pair with (count, n) column indices."""
    return np.arange(count)[:, None]
