"""Arranged weights are the same weights."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
import torch
from transformers.pytorch_utils import Conv1D

from inference.engine import layout, packed_rows
from inference.engine.layout import arrange, packed
from inference.engine.packed import PackedLinear, can_pack
from inference.engine.packed_rows import PackedEmbedding
from tests.inference.models import random_model

IDS = torch.arange(12)[None]

packs = pytest.mark.skipif(not can_pack(), reason="this processor has no bfloat16 products")


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


@packs
@pytest.mark.parametrize("family", ["llama", "gpt2"])
@pytest.mark.parametrize("tied", [False, True])
def test_bfloat16_weights_are_packed_also_where_embeddings_share_them(family: str, tied: bool) -> None:
    models = [random_model(family, tie_word_embeddings=tied).to(torch.bfloat16) for _ in range(2)]
    arrange(models[1])
    assert [module for module in models[1].modules() if type(module) in (torch.nn.Linear, Conv1D)] == []
    assert type(models[1].get_input_embeddings()) is (PackedEmbedding if tied else torch.nn.Embedding)
    assert torch.equal(models[1].get_input_embeddings()(IDS), models[0].get_input_embeddings()(IDS))
    with torch.inference_mode():
        logits = [model(IDS).logits.float() for model in models]
    assert (logits[0] - logits[1]).abs().mean() < 0.05 * logits[0].std()


@packs
def test_large_float32_weights_are_packed_and_small_ones_are_not() -> None:
    model = torch.nn.Sequential(torch.nn.Embedding(2048, 512), torch.nn.Linear(512, 512), torch.nn.Linear(512, 2048, bias=False))
    model[2].weight = model[0].weight
    wanted = model(IDS).detach()
    arrange(model)
    assert [type(module) for module in model] == [PackedEmbedding, torch.nn.Linear, PackedLinear]
    torch.testing.assert_close(model(IDS).detach(), wanted, rtol=1e-3, atol=1e-3)


@packs
def test_a_weight_that_three_share_stays_where_it_is() -> None:
    model = torch.nn.Sequential(torch.nn.Embedding(64, 64), torch.nn.Linear(64, 64), torch.nn.Linear(64, 64)).bfloat16()
    model[1].weight = model[2].weight = model[0].weight
    arrange(model)
    assert model[0].weight is model[1].weight is model[2].weight


@packs
def test_a_head_stays_where_its_embeddings_cannot_be_read_from_the_packed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    model = torch.nn.Sequential(torch.nn.Embedding(64, 64), torch.nn.Linear(64, 64)).bfloat16()
    model[1].weight = model[0].weight
    monkeypatch.setattr(packed_rows, "_BLOCKS", (7,))
    arrange(model)
    assert model[0].weight is model[1].weight


def test_float16_stays_as_it_is() -> None:
    layer = torch.nn.Sequential(torch.nn.Linear(8, 6, dtype=torch.float16))
    arrange(layer)
    assert type(layer[0]) is torch.nn.Linear
    assert layer[0].weight.is_contiguous()


@packs
def test_a_weight_is_let_go_of_as_soon_as_it_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    model, alive = random_model("gpt2").bfloat16(), []
    weights = [weakref.ref(module.weight) for module in model.modules() if type(module) is Conv1D]

    def counted(module: Any) -> PackedLinear:
        alive.append(sum(weight() is not None for weight in weights))
        return packed(module)

    monkeypatch.setattr(layout, "packed", counted)
    arrange(model)
    assert all(left <= len(weights) - packed_before + 1 for packed_before, left in enumerate(alive[: len(weights)]))
