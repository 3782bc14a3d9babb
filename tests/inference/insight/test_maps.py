"""Attention matrices are those that transformers returns with eager attention; rollout is the paper's product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inference.engine.errors import RunError
from inference.insight.insight import Insight
from inference.insight.maps import LAYERS, MAX_ROLLOUT, ROLLOUT, Rollout
from inference.questions import AskAttention, AttentionMaps
from tests.inference.engine.runs import prompt
from tests.inference.models import CONFIGS

IDS = list(prompt(45))


def ask(*maps: tuple[int, int], **fields: Any) -> AskAttention:
    return AskAttention(type="attention", maps=maps, **fields)


def matrices(found: AttentionMaps) -> NDArray[np.float32]:
    dequantised: NDArray[np.float32] = found.values.array() * found.scale.array()[..., None]
    return dequantised


def own_attention(model: Any) -> NDArray[np.float32]:
    """(L, heads, T, T)"""
    with torch.no_grad():
        weights = model(input_ids=torch.tensor([IDS]), output_attentions=True).attentions
    found: NDArray[np.float32] = torch.cat(weights).numpy()
    return found


def rollout_by_hand(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Abnar & Zuidema 2020, their equation 1, on whole matrices."""
    product = np.eye(weights.shape[-1])
    for layer in weights.astype(np.float64):
        mean = layer.mean(0)
        product = (0.5 * mean / mean.sum(-1, keepdims=True) + 0.5 * np.eye(len(mean))) @ product
    return product


@pytest.mark.parametrize("family", CONFIGS)
def test_heads_means_and_rollout_equal_the_models_own(
    family: str, insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any]
) -> None:
    own = own_attention(reference_of(family))
    found = insight_of(family).attention(IDS, ask((0, 0), (2, 3), (1, -1), LAYERS, ROLLOUT))
    expected = np.stack([own[0, 0], own[2, 3], own[1].mean(0), own.mean((0, 1)), rollout_by_hand(own)])
    step = found.scale.array()[..., None]
    assert np.all(np.abs(matrices(found) - expected) <= step + 2e-5)
    assert found.index.array().tolist() == [[0, 0], [2, 3], [1, -1], [-1, -1], [-2, -1]]


def test_rows_can_be_asked_for_alone(insight_of: Callable[[str], Insight]) -> None:
    whole, part = (insight_of("llama").attention(IDS, ask((1, 2), ROLLOUT, **fields)) for fields in ({}, {"first": 20, "last": 35}))
    assert matrices(part).shape == (2, 15, 35)
    assert matrices(part) == pytest.approx(matrices(whole)[:, 20:35, :35], abs=1e-6)


@pytest.mark.parametrize("cell", [2, 4, 32])
def test_a_thumbnail_holds_the_largest_weight_of_each_cell(insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any], cell: int) -> None:
    own = own_attention(reference_of("llama"))[1, 2]
    found = insight_of("llama").attention(IDS, ask((1, 2), cell=cell))
    padded = np.zeros((-(-45 // cell) * cell,) * 2)
    padded[:45, :45] = own
    expected = padded.reshape(len(padded) // cell, cell, -1, cell).max((1, 3))
    assert np.all(np.abs(matrices(found)[0] - expected) <= found.scale.array()[0, :, None] + 1e-5)


def test_a_map_may_be_asked_for_twice(insight_of: Callable[[str], Insight]) -> None:
    found = matrices(insight_of("llama").attention(IDS, ask((1, 2), (1, 2))))
    assert np.array_equal(found[0], found[1])


REFUSED = [
    (ask((3, 0)), "maps"),
    (ask((0, 4)), "maps"),
    (ask((-1, 0)), "maps"),
    (ask((0, 0), last=46), "last"),
    (ask((0, 0), first=45), "first"),
    (ask((0, 0), first=3, cell=2), "first"),
]


@pytest.mark.parametrize(("asked", "field"), REFUSED)
def test_what_is_not_there_is_refused(insight_of: Callable[[str], Insight], asked: AskAttention, field: str) -> None:
    with pytest.raises(RunError) as caught:
        insight_of("llama").attention(IDS, asked)
    assert caught.value.info.field == field


def test_more_than_fits_into_an_answer_is_refused_with_its_size(insight_of: Callable[[str], Insight], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.insight.maps.MAX_ANSWER", 10_000)
    with pytest.raises(RunError) as caught:
        insight_of("llama").attention(IDS, ask(*[(0, 0)] * 5))
    assert (caught.value.info.value, caught.value.info.bound) == ("10125", "10000")


def test_rollout_is_bounded() -> None:
    with pytest.raises(RunError) as caught:
        Rollout(48, 4096)
    assert caught.value.info.bound == str(MAX_ROLLOUT)
