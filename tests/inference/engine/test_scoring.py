"""Scores of a text are those of one plain forward pass over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from inference import Engine
from inference.engine.errors import RunError
from tests.inference.engine.runs import ids, prompt, spec
from tests.inference.models import CONFIGS


@pytest.mark.parametrize("family", CONFIGS)
def test_scores_equal_a_plain_forward_pass(family: str, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]) -> None:
    text = list(prompt(50))
    found = engine_of(family).score(text)
    with torch.inference_mode():
        logprobs = torch.log_softmax(reference(family)(input_ids=torch.tensor([text])).logits[0].double(), -1)[:-1]
    chosen = logprobs[range(49), text[1:]]
    assert np.allclose(found.logprobs, chosen, atol=1e-3)
    assert np.allclose(found.entropies, -(logprobs.exp() * logprobs).sum(-1), atol=1e-3)
    assert found.ranks == ((logprobs > chosen[:, None]).sum(-1) + 1).tolist()
    assert found.perplexity == pytest.approx(float((-chosen.mean()).exp()), rel=1e-3)


def test_scoring_goes_on_beside_a_run_and_leaves_it_as_it_is(engine: Engine) -> None:
    expected, score = ids(engine.run(spec(prompt(5), max_tokens=60))), engine.score(list(prompt(100)))
    handle = engine.submit(spec(prompt(5), max_tokens=60))
    assert np.allclose(engine.score(list(prompt(100))).logprobs, score.logprobs, atol=1e-4)
    assert ids(handle) == expected


def test_a_text_is_scored_by_its_tokens(engine: Engine) -> None:
    assert engine.score("some tea").token_ids == engine.encode("some tea")


REFUSED = [([1], "bad_length"), ([], "bad_length"), ([1] * 161, "bad_length"), ([1, 999], "unknown_token_id"), ("\ud800a", "bad_text")]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_cannot_be_scored_is_refused(engine: Engine, text: list[int] | str, code: str) -> None:
    with pytest.raises(RunError) as caught:
        engine.score(text)
    assert caught.value.info.code == code
