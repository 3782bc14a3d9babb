"""Embeddings that are read from a packed weight are the weight's own rows, to the bit."""

from __future__ import annotations

import pytest
import torch

from inference.engine.packed import PackedLinear, can_pack
from inference.engine.packed_rows import PackedEmbedding, embedding_of

pytestmark = pytest.mark.skipif(not can_pack(), reason="this processor has no bfloat16 products")


def read(weight: torch.Tensor) -> PackedEmbedding:
    found = embedding_of(PackedLinear(weight, None).packed, weight)
    assert found is not None
    return found


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(64, 64), (320, 64), (1000, 128), (50257, 64), (65, 192)])
def test_every_row_is_found(shape: tuple[int, int], dtype: torch.dtype) -> None:
    weight = torch.randn(shape, dtype=dtype)
    embedding = read(weight)
    assert torch.equal(embedding(torch.arange(len(weight))), weight)
    assert torch.equal(embedding.weight, weight)
    assert (embedding.num_embeddings, embedding.embedding_dim) == shape


@pytest.mark.parametrize("ids", [torch.tensor(3), torch.tensor([[5, 319, 0]]), torch.zeros(2, 0, dtype=torch.long)])
def test_ids_of_any_shape_can_be_asked_for(ids: torch.Tensor) -> None:
    weight = torch.randn(320, 64)
    assert torch.equal(read(weight)(ids), weight[ids])


def test_the_rows_outlive_the_layer_that_packed_them() -> None:
    weight = torch.randn(4096, 512, dtype=torch.bfloat16)
    embedding = read(weight)
    others = [torch.zeros_like(weight) for _ in range(8)]
    assert torch.equal(embedding(torch.arange(len(weight))), weight)
    del others


def test_another_weight_is_not_found() -> None:
    weight = torch.randn(320, 64)
    assert embedding_of(PackedLinear(weight, None).packed, weight + 1) is None


def test_rows_that_are_padded_are_left_alone() -> None:
    weight = torch.randn(65, 36)
    assert embedding_of(PackedLinear(weight, None).packed, weight) is None
