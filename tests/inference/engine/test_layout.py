"""Arranged weights are the same weights."""

from __future__ import annotations

import pytest
import torch

from inference.engine.layout import arrange
from tests.inference.models import random_model

IDS = torch.arange(12)[None]


@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="weights are arranged for MKL only")
def test_weights_lie_column_by_column() -> None:
    layer = torch.nn.Linear(8, 6)
    wanted = layer.weight.detach().clone()
    arrange(layer)
    assert layer.weight.stride() == (1, 6)
    assert torch.equal(layer.weight, wanted)


@pytest.mark.parametrize("tied", [False, True])
def test_logits_and_gradients_of_an_arranged_model_are_those_of_the_model(tied: bool) -> None:
    models = [random_model("llama", tie_word_embeddings=tied) for _ in range(2)]
    arrange(models[1])
    found = []
    for model in models:
        embeddings = model.get_input_embeddings()(IDS).detach().requires_grad_()
        logits = model(inputs_embeds=embeddings).logits
        logits[0, -1].max().backward()
        found.append((logits.detach(), embeddings.grad))
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-4)


def test_what_is_not_plain_float32_stays() -> None:
    layer = torch.nn.Linear(8, 6, dtype=torch.bfloat16)
    arrange(layer)
    assert layer.weight.is_contiguous()
