"""The logit lens is the model's own final norm and head on the hidden states that transformers returns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from numpy.typing import NDArray

from inference import Engine
from inference.engine.errors import RunError
from inference.insight.anatomy import Anatomy, _check
from inference.insight.insight import Insight
from tests.inference.engine.runs import prompt
from tests.inference.models import CONFIGS, VOCABULARY, byte_tokenizer

IDS = list(prompt(40))
TAILS: dict[str, Callable[[Any, torch.Tensor], torch.Tensor]] = {  # what each family does after its last layer, by its own names
    "gpt2": lambda model, h: model.lm_head(model.transformer.ln_f(h)),
    "gpt_neox": lambda model, h: model.lm_head(model.gpt_neox.final_layer_norm(h)),
    "opt": lambda model, h: model.lm_head(model.model.decoder.final_layer_norm(h)),
    "gemma2": lambda model, h: 30.0 * torch.tanh(model.lm_head(model.model.norm(h)) / 30.0),
    "falcon": lambda model, h: model.lm_head(model.transformer.ln_f(h)),
    "bloom": lambda model, h: model.lm_head(model.transformer.ln_f(h)),
}


def logits_by_hand(model: Any, family: str) -> NDArray[np.float32]:
    """(L + 1, T, V)"""
    tail = TAILS.get(family, lambda model, h: model.lm_head(model.model.norm(h)))
    with torch.no_grad():
        output = model(input_ids=torch.tensor([IDS]), output_hidden_states=True)
        between = [tail(model, hidden[0]) for hidden in output.hidden_states[:-1]]  # the last of them is behind the norm
        found: NDArray[np.float32] = torch.stack([*between, output.logits[0]]).numpy()
    return found


@pytest.mark.parametrize("family", CONFIGS)
def test_every_layer_says_what_final_norm_and_head_make_of_it(
    family: str, insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any]
) -> None:
    logits = logits_by_hand(reference_of(family), family)
    found = insight_of(family).lens(IDS, first=1, last=len(IDS) + 1, top=3)
    logprobs = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    own = np.take_along_axis(logprobs[:, :-1], np.array(IDS[1:])[None, :, None], -1)[..., 0]
    assert found.logprobs.array()[:, :-1] == pytest.approx(own, abs=1e-3)
    assert found.entropies.array() == pytest.approx(-(np.exp(logprobs) * logprobs).sum(-1), abs=1e-3)
    assert found.top_probabilities.array() == pytest.approx(-np.sort(-np.exp(logprobs))[..., :3], abs=1e-4)
    ranks = (logprobs[:, :-1] > own[..., None] + 1e-5).sum(-1) + 1
    assert np.mean(found.ranks.array()[:, :-1] == ranks) > 0.99  # near ties may fall either way


def test_the_last_row_is_the_model_itself(insight_of: Callable[[str], Insight], reference_of: Callable[[str], Any]) -> None:
    found = insight_of("llama").lens(IDS, last=len(IDS) + 1)
    with torch.no_grad():
        best = reference_of("llama")(input_ids=torch.tensor([IDS])).logits[0].argmax(-1)
    assert found.top_ids.array()[-1, :, 0].tolist() == best.tolist()


def test_where_nothing_stands_yet_there_is_no_rank(insight_of: Callable[[str], Insight]) -> None:
    found = insight_of("llama").lens(IDS, first=len(IDS), last=len(IDS) + 1)
    assert found.ranks.array().tolist() == [[0]] * 4
    assert np.isnan(found.logprobs.array()).all()


def test_a_part_of_the_positions_has_the_same_numbers_as_all(insight_of: Callable[[str], Insight]) -> None:
    whole, part = insight_of("gpt2").lens(IDS), insight_of("gpt2").lens(IDS, first=18, last=30)
    assert part.first == 18
    assert part.logprobs.array() == pytest.approx(whole.logprobs.array()[:, 17:29], abs=1e-4)


def test_every_choice_has_its_bytes(insight_of: Callable[[str], Insight]) -> None:
    found = insight_of("llama").lens(IDS)
    assert set(found.top_ids.array().flatten().tolist()) == set(found.token_ids)
    assert len(found.pieces) == len(found.token_ids)


@pytest.mark.parametrize(("first", "last", "field"), [(0, None, "first"), (5, 5, "first"), (1, 42, "last"), (60, None, "first")])
def test_positions_that_are_not_there_are_refused(insight_of: Callable[[str], Insight], first: int, last: int | None, field: str) -> None:
    with pytest.raises(RunError) as caught:
        insight_of("llama").lens(IDS, first, last)
    assert caught.value.info.field == field
    assert caught.value.info.bound is not None


def test_a_network_whose_last_layer_does_not_give_its_logits_is_refused(insight_of: Callable[[str], Insight]) -> None:
    logits = torch.randn(4, 8)
    with pytest.raises(RunError, match="does not give its logits"):
        _check(logits + 0.01, logits, insight_of("llama")._model)


def test_a_constant_factor_of_the_head_is_found(insight_of: Callable[[str], Insight]) -> None:
    """As Cohere's and Granite's."""
    half = Anatomy(None, [], [torch.nn.Identity()], 0.5, None)
    assert torch.equal(half.logits(torch.ones(2, 3)), torch.full((2, 3), 0.5))


SIZES: dict[str, Any] = {"vocab_size": VOCABULARY, "hidden_size": 64, "num_hidden_layers": 3, "initializer_range": 0.25, "pad_token_id": 0}
ATTENDING: dict[str, Any] = {**SIZES, "intermediate_size": 96, "num_attention_heads": 4, "num_key_value_heads": 2}
PECULIAR: dict[str, Any] = {
    "a factor of the head": transformers.CohereConfig(**ATTENDING, logit_scale=0.25, eos_token_id=None, bos_token_id=None),
    "a divisor of the head": transformers.GraniteConfig(**ATTENDING, logits_scaling=8.0, eos_token_id=None, bos_token_id=None),
    "tied embeddings": transformers.Qwen3Config(**ATTENDING, head_dim=16, tie_word_embeddings=True, eos_token_id=None, bos_token_id=None),
    "no attention at all": transformers.MambaConfig(**SIZES, state_size=8, eos_token_id=None, bos_token_id=None),
}


@pytest.mark.parametrize("kind", PECULIAR)
def test_the_tail_is_found_whatever_a_family_does_with_it(kind: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    transformers.AutoModelForCausalLM.from_config(PECULIAR[kind], dtype=torch.float32).save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    with Engine.load(tmp_path, device="cpu", dtype="float32", threads=1) as engine:
        found = Insight(engine).lens(IDS)
        assert found.logprobs.array()[-1] == pytest.approx(engine.score(IDS).logprobs, abs=1e-4)
        assert np.abs(found.logprobs.array()[-1] - found.logprobs.array()[0]).max() > 0.1
