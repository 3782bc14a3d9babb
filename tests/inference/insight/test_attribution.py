"""Gradients are those of plain autograd on the whole text; integrated gradients add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference import Engine
from inference.engine.errors import RunError
from inference.insight.attribution import path, score_of
from inference.insight.insight import Insight
from inference.questions import AskAttribution
from tests.inference.engine.runs import ids, prompt, spec
from tests.inference.models import CONFIGS

IDS = list(prompt(45))
POSITION = 41


def ask(**fields: Any) -> AskAttribution:
    return AskAttribution(**{"type": "attribution", "position": POSITION, **fields})


def by_hand(model: Any, inputs: torch.Tensor, target: int, versus: int | None, of: str) -> tuple[torch.Tensor, float]:
    """Gradient (T, width) and value of the score after ``inputs`` (T, width): one backward pass over everything."""
    leaf = inputs[None].clone().requires_grad_()
    logits = model(inputs_embeds=leaf, use_cache=False).logits[0, -1]
    scores = torch.log_softmax(logits, -1) if of == "logprob" else logits
    value = scores[target] if versus is None else scores[target] - scores[versus]
    value.backward()
    assert leaf.grad is not None
    return leaf.grad[0], float(value.detach())


def embedded(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.get_input_embeddings()(torch.tensor(IDS[:POSITION]))
    return found


@pytest.mark.parametrize("family", CONFIGS)
def test_gradient_x_input_is_that_of_plain_autograd(
    family: str, insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any]
) -> None:
    model = reference_of(family)
    inputs = embedded(model)
    gradient, value = by_hand(model, inputs, IDS[POSITION], None, "logit")
    found = insight_of(family).attribution(IDS, ask())
    scale = float((gradient * inputs).sum(-1).abs().max())
    assert found.value == pytest.approx(value, abs=1e-3)
    assert found.scores.array() == pytest.approx((gradient * inputs).sum(-1).numpy(), abs=2e-3 * scale + 1e-5)
    assert found.norms.array() == pytest.approx((gradient * inputs).norm(dim=-1).numpy(), abs=2e-3 * scale + 1e-5)


@pytest.mark.parametrize(("of", "versus"), [("logprob", None), ("logit", 7), ("logprob", 7)])
def test_other_numbers_than_the_logit_can_be_explained(
    insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any], of: str, versus: int | None
) -> None:
    model = reference_of("qwen2")
    inputs = embedded(model)
    gradient, value = by_hand(model, inputs, 11, versus, of)
    found = insight_of("qwen2").attribution(IDS, ask(of=of, versus=versus, token=11))
    assert found.value == pytest.approx(value, abs=1e-3)
    assert found.scores.array() == pytest.approx((gradient * inputs).sum(-1).numpy(), rel=2e-3, abs=1e-3)


@pytest.mark.parametrize("family", ["gpt2", "llama", "gemma2", "bloom"])
@pytest.mark.parametrize("baseline", [None, 3])
def test_integrated_gradients_are_the_weighted_mean_on_the_path(
    family: str, baseline: int | None, insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any]
) -> None:
    model = reference_of(family)
    inputs = embedded(model)
    start = torch.zeros_like(inputs) if baseline is None else model.get_input_embeddings()(torch.tensor([baseline])).expand_as(inputs)
    mean = sum((weight * by_hand(model, start + place * (inputs - start), IDS[POSITION], None, "logit")[0] for place, weight in path(4)), torch.zeros(1))
    expected = (mean * (inputs - start)).sum(-1).detach()
    found = insight_of(family).attribution(IDS, ask(method="integrated_gradients", steps=4, baseline=baseline))
    assert found.scores.array() == pytest.approx(expected.numpy(), abs=2e-3 * float(expected.abs().max()))
    origin = by_hand(model, start, IDS[POSITION], None, "logit")[1]
    assert found.baseline_value == pytest.approx(origin, abs=1e-3)
    assert found.completeness_error == pytest.approx(float(expected.sum()) - (found.value - origin), abs=1e-2)


def test_the_scores_add_up_to_the_difference_from_the_baseline() -> None:
    """The axiom of completeness, on the bundled model: the finer the path, the better."""
    with Engine.load("bundled:draft", device="cpu", threads=1) as engine:
        text, end = engine.encode("The capital of France is Paris"), engine.info.eos_token_ids[0]
        errors = []
        for steps in (2, 64):
            asked = ask(position=len(text) - 1, method="integrated_gradients", steps=steps, baseline=end)
            found = Insight(engine).attribution(text, asked)
            assert found.completeness_error is not None
            assert found.baseline_value is not None
            total = found.value - found.baseline_value
            assert float(found.scores.array().sum()) - total == pytest.approx(found.completeness_error, abs=1e-3)
            errors.append(abs(found.completeness_error) / abs(total))
    assert errors[1] < 1e-3 < errors[0]


def test_the_path_is_the_one_of_the_quadrature() -> None:
    places, weights = zip(*path(5), strict=True)
    assert sum(weights) == pytest.approx(1.0)
    assert sum(weight * place**9 for place, weight in path(5)) == pytest.approx(0.1)  # exact to degree 2n - 1
    assert all(0 < place < 1 for place in places)


def test_the_difference_is_that_of_the_two_scores() -> None:
    logits = torch.tensor([1.0, 3.0, -2.0])
    assert float(score_of(1, 2, "logit")(logits)) == 5.0
    assert float(score_of(1, 2, "logprob")(logits)) == pytest.approx(5.0)
    assert float(score_of(1, None, "logprob")(logits)) == pytest.approx(float(torch.log_softmax(logits, -1)[1]))


def test_decoding_beside_it_is_as_it_was(engine_of: Callable[[str], Engine], insight_of: Callable[[str], Insight]) -> None:
    """No mode of torch, no hook and no cache of an insight is left to the batch."""
    engine = engine_of("llama")
    expected = ids(engine.run(spec(prompt(8), max_tokens=60)))
    handle = engine.submit(spec(prompt(8), max_tokens=60))
    insight_of("llama").attribution(IDS, ask(method="integrated_gradients", steps=3))
    insight_of("llama").lens(IDS)
    assert ids(handle) == expected


def test_parameters_gather_no_gradients(engine_of: Callable[[str], Engine], insight_of: Callable[[str], Insight]) -> None:
    insight_of("llama").attribution(IDS, ask())
    assert all(parameter.grad is None for parameter in engine_of("llama").model.network.parameters())


REFUSED = [({"position": 45}, "position"), ({"position": 46, "token": 1}, "position"), ({"token": 999}, "token"), ({"versus": 320}, "versus"), ({"baseline": 320}, "baseline")]


@pytest.mark.parametrize(("fields", "field"), REFUSED)
def test_what_is_not_there_is_refused(insight_of: Callable[[str], Insight], fields: dict[str, int], field: str) -> None:
    with pytest.raises(RunError) as caught:
        insight_of("llama").attribution(IDS, ask(**fields))
    assert caught.value.info.field == field
