"""A packed layer computes what the plain one does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from inference.engine.packed import PackedLinear, can_pack

pytestmark = pytest.mark.skipif(not can_pack(), reason="this processor has no bfloat16 products")


def layer(bias: bool, dtype: torch.dtype) -> torch.nn.Linear:
    torch.manual_seed(0)
    return torch.nn.Linear(40, 24, bias, dtype=dtype).requires_grad_(False)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_weight_and_gradients_are_those_of_the_plain_layer(bias: bool, dtype: torch.dtype) -> None:
    plain = layer(bias, dtype)
    packed = PackedLinear(plain.weight, plain.bias)
    assert torch.equal(packed.weight, plain.weight)
    for shape in ((40,), (1, 40), (2, 7, 40)):
        x = torch.randn(shape, dtype=dtype)
        ones = [x.clone().requires_grad_() for _ in range(2)]
        outs = [module(one) for module, one in zip((plain, packed), ones, strict=True)]
        torch.testing.assert_close(outs[0], outs[1])
        torch.testing.assert_close(packed(x), outs[0].detach())
        for out in outs:
            (out.float() ** 2).sum().backward()
        torch.testing.assert_close(ones[0].grad, ones[1].grad, rtol=2e-2, atol=2e-2)


_ALL_LENGTHS = """
import torch
from inference.engine.packed import PackedLinear
layer = PackedLinear(torch.ones(64, 64, dtype=torch.bfloat16), None)
with torch.inference_mode():
    for rows in [*range(2, 302), 2]:
        layer(torch.ones(rows, 64, dtype=torch.bfloat16))
"""


def test_products_of_all_lengths_do_not_stay_in_memory_for_good() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("CACHE_CAPACITY")}
    told = subprocess.run(
        [sys.executable, "-c", _ALL_LENGTHS], env=environment | {"ONEDNN_VERBOSE": "profile_create"}, capture_output=True, text=True, check=True
    )
    made = [line for line in told.stdout.splitlines() if ",mb2ic64oc64," in line and ",create:cache_miss," in line]
    assert len(made) == 2  # the first length has been forgotten over the others, and is made again
