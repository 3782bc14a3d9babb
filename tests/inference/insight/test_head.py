"""One head, taken apart: its weights are the model's own, and its parts make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from inference import Engine, Watch
from inference.engine.errors import RunError
from inference.insight.insight import Insight
from tests.inference.engine.runs import prompt, spec, tokens
from tests.inference.models import FAMILIES

IDS = list(prompt(37))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("layer", "head"), [(0, 0), (2, 3)])
def test_the_weights_are_the_models_own_and_the_parts_make_them(
    family: str, layer: int, head: int, insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any]
) -> None:
    view = insight_of(family).head(IDS, 30, layer, head)
    with torch.no_grad():
        own = reference_of(family)(input_ids=torch.tensor([IDS]), output_attentions=True).attentions[layer][0, head, 29, :30].numpy()
    assert view.weights.array() == pytest.approx(own, abs=2e-5)
    scores = view.keys.array() @ view.query.array() * view.scaling
    assert view.scores.array() == pytest.approx(scores, abs=1e-4)
    assert view.output.array() == pytest.approx(view.weights.array() @ view.values.array(), abs=1e-4)
    _check_softmax(view, family)


def _check_softmax(view: Any, family: str) -> None:
    scores = view.scores.array().astype(np.float64)
    if view.softcap:
        scores = view.softcap * np.tanh(scores / view.softcap)
    if view.window:
        scores[: max(0, len(scores) - view.window)] = -np.inf
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    found = view.weights.array() / view.weights.array().sum()  # a family with sinks gives a part of the mass to none
    assert found == pytest.approx(weights, abs=2e-5)
    assert family == "gpt_oss" or view.weights.array().sum() == pytest.approx(1.0, abs=1e-4)


def test_query_heads_share_key_heads_as_stated(insight_of: Callable[[str], Insight]) -> None:
    views = [insight_of("llama").head(IDS, 20, 1, head) for head in range(4)]
    assert [(view.kv_head, view.heads_per_kv) for view in views] == [(0, 2), (0, 2), (1, 2), (1, 2)]
    assert views[0].keys == views[1].keys != views[2].keys


def test_it_is_the_row_that_the_trace_showed(engine_of: Callable[[str], Engine]) -> None:
    start = prompt(9)
    found = tokens(engine_of("llama").run(spec(start, watch=Watch(top_n=0, attention="all"), max_tokens=6)))
    ids, attention = [*start, *(token.id for token in found)], found[4].attention
    assert attention is not None
    row = attention.index.array().tolist().index([1, 2])
    view = Insight(engine_of("llama")).head(ids, len(start) + 4, 1, 2)
    assert np.all(np.abs(view.weights.array() - attention.values.array()[row] * attention.scale.array()[row]) <= attention.scale.array()[row] + 1e-5)


@pytest.mark.parametrize(("position", "layer", "head", "field"), [(0, 0, 0, "position"), (38, 0, 0, "position"), (5, 3, 0, "layer"), (5, 0, 4, "head")])
def test_what_is_not_there_is_refused(insight_of: Callable[[str], Insight], position: int, layer: int, head: int, field: str) -> None:
    with pytest.raises(RunError) as caught:
        insight_of("llama").head(IDS, position, layer, head)
    assert caught.value.info.field == field


def test_a_model_with_attention_of_its_own_is_refused_with_the_reason(insight_of: Callable[[str], Insight]) -> None:
    with pytest.raises(RunError, match="neither queries nor keys"):
        insight_of("bloom").head(IDS, 5, 0, 0)
