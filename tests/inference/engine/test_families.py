"""Families beside those of ``tests.inference.models``: each on the path that it is said to take, with the tokens of ``generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from inference import Engine, Watch
from tests.inference.engine.runs import generate, ids, prompt, spec
from tests.inference.engine.test_beams import agree, beam_spec, hypotheses, reference_beams
from tests.inference.models import byte_tokenizer
from tests.inference.small_models import CHANGES, VOCABULARY, small_model

PACKED = (
    "cohere", "deepseek_v3", "gemma", "gemma3_text", "glm4", "granite", "nemotron", "olmo2", "phi", "phi3", "qwen2_moe", "qwen3",
    "qwen3_moe", "stablelm", "starcoder2",
)  # fmt: skip
SEARCHED = ("cohere", "deepseek_v3", "gemma3_text", "olmo2", "phi", "qwen3_moe")  # whose beams are compared, beside those of ``test_beams``
FALLBACK = ("codegen", "gpt_neo", "gptj", "llama4_text", "mpt", "xglm")  # attention of their own kind
RECURRENT = ("falcon_h1", "jamba", "lfm2", "mamba", "mamba2", "nemotron_h", "qwen3_next", "recurrent_gemma", "rwkv")
UNWATCHABLE = ("mamba", "mamba2", "rwkv")  # no attention at all
BEAMS: tuple[dict[str, Any], ...] = (
    {"num_beams": 4, "n": 4},
    {"num_beams": 3, "n": 2, "length_penalty": -1.0},
    {"num_beams": 4, "n": 3, "early_stopping": True},
    {"num_beams": 2, "n": 2, "early_stopping": "never", "repetition_penalty": 1.5},
)
LENGTHS = (5, 40, 17)
COUNT = 16


@pytest.fixture(scope="module", params=[*PACKED, *FALLBACK, *RECURRENT])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the family, its name the family's."""
    family = str(request.param)
    config_class = transformers.models.auto.configuration_auto.CONFIG_MAPPING[family]
    model_class = transformers.models.auto.modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING[config_class]
    model = small_model(model_class, config_class, **CHANGES.get(family, {}))
    model.generation_config = transformers.GenerationConfig(pad_token_id=0)
    target = tmp_path_factory.mktemp("families") / family
    model.save_pretrained(target)
    byte_tokenizer().save_pretrained(target)
    return target


@pytest.fixture(scope="module")
def reference(folder: Path) -> Any:
    return transformers.AutoModelForCausalLM.from_pretrained(folder).eval()


def test_tokens_and_logits_are_the_models_own(folder: Path, reference: Any) -> None:
    family, starts = folder.name, [tuple(token % (VOCABULARY - 2) + 2 for token in prompt(length)) for length in LENGTHS]
    with Engine.load(folder, device="cpu", dtype="float32", threads=1, rows=2, chunk_tokens=16) as engine:
        info = engine.info
        assert (info.path == "packed") == (family in PACKED), info.path_reason
        assert info.attention == (family not in UNWATCHABLE)
        watched = Watch(top_n=3, attention="all")
        handles = [
            engine.submit(spec(start, watch=watched if n == 1 else Watch(top_n=0), max_tokens=COUNT)) for n, start in enumerate(starts)
        ]
        found = [ids(handle) for handle in handles]
        scored = engine.score(list(starts[1]))
    assert found == [generate(reference, start, COUNT) for start in starts]
    assert len({token for row in found for token in row}) >= 10
    with torch.inference_mode():
        logprobs = torch.log_softmax(reference(input_ids=torch.tensor([starts[1]])).logits[0], -1)[:-1]
    assert np.allclose(scored.logprobs, logprobs[range(39), starts[1][1:]], atol=1e-4)


@pytest.mark.parametrize("folder", SEARCHED, indirect=True, scope="module")
def test_searches_side_by_side_find_the_hypotheses_of_generate(folder: Path, reference: Any) -> None:
    starts = [tuple(token % (VOCABULARY - 2) + 2 for token in prompt(length)) for length in (5, 21, 9, 13)]
    ends = tuple(range(0, VOCABULARY, 9))
    with Engine.load(folder, device="cpu", dtype="float32", threads=1, chunk_tokens=16) as engine:
        handles = [engine.submit(beam_spec(start, ends, 10, **settings)) for start, settings in zip(starts, BEAMS, strict=True)]
        found = [hypotheses(list(handle)) for handle in handles]
    for one, start, settings in zip(found, starts, BEAMS, strict=True):
        agree(one, reference_beams(reference, start, ends, 10, **settings))


def test_a_long_neighbour_does_not_turn_the_positions_of_a_short_text(tmp_path: Path) -> None:
    config = transformers.models.auto.configuration_auto.CONFIG_MAPPING["phi3"]
    factors = {"short_factor": [1.0] * 8, "long_factor": [4.0] * 8}
    changes = {"rope_parameters": {"rope_type": "longrope", "rope_theta": 1e4, "original_max_position_embeddings": 48, **factors}}
    model = small_model(transformers.Phi3ForCausalLM, config, original_max_position_embeddings=48, **changes)
    model.generation_config = transformers.GenerationConfig(pad_token_id=0)
    model.save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    starts = [tuple(token % (VOCABULARY - 2) + 2 for token in prompt(length)) for length in (6, 64)]
    with Engine.load(tmp_path, device="cpu", dtype="float32", threads=1, rows=2) as engine:
        assert engine.info.path == "fallback"
        handles = [engine.submit(spec(start, max_tokens=12)) for start in starts]
        assert [ids(handle) for handle in handles] == [generate(model, start, 12) for start in starts]
