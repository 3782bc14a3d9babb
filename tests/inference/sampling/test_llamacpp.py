"""The dialect of llama.cpp against llama.cpp itself, where ``llama-cpp-python`` is installed (``pip install llama-cpp-python``: it compiles)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from inference.sampling.arrays import Floats
from inference.sampling.pipeline import walk
from inference.sampling.registry import STAGES
from inference.sampling.scores import Dense
from inference.sampling.state import Rows
from inference.spec import SamplingParams
from tests.inference.sampling.build import probabilities, sampler, seeds

llama = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")

VOCAB = 60


def theirs(logits: Floats, samplers: list[Any], said: list[int]) -> Floats:
    """(V,) probabilities after ``samplers``, each applied to what the one before has left; 0 where removed."""
    data = (llama.llama_token_data * len(logits))(*(llama.llama_token_data(token, float(z), 0.0) for token, z in enumerate(logits)))
    array = llama.llama_token_data_array(data, len(logits), -1, False)
    for each in samplers:
        for token in said:
            llama.llama_sampler_accept(each, token)
        llama.llama_sampler_apply(each, array)
        llama.llama_sampler_free(each)
    scores = np.full(len(logits), -np.inf)
    for n in range(array.size):
        scores[array.data[n].id] = array.data[n].logit
    return probabilities(scores)


def ours(logits: Floats, params: SamplingParams, said: list[int]) -> Floats:
    row = sampler(params, len(logits), prompt=said)
    *_, (_, last) = walk(Dense.start(logits[None], len(logits)), Rows([row.state]), [STAGES[name] for name in params.order])
    return probabilities(last.spread.field.scores[0])


def case(seed: int) -> tuple[np.random.Generator, Floats, list[int]]:
    rng = np.random.default_rng(seed)
    logits = (rng.standard_normal(VOCAB) * 2.5).astype(np.float32).astype(np.float64)
    return rng, logits, rng.integers(VOCAB, size=30).tolist()


@settings(max_examples=150, deadline=None)
@given(seeds)
@pytest.mark.parametrize("stage", ["top_k", "top_p", "min_p", "typical_p", "top_n_sigma", "dynatemp", "temperature", "xtc", "penalties"])
def test_each_stage_keeps_what_llama_cpp_keeps(stage: str, seed: int) -> None:
    rng, logits, said = case(seed)
    k, share = int(rng.integers(1, VOCAB)), float(np.float32(rng.uniform(0.05, 0.95)))
    settings: dict[str, tuple[dict[str, Any], Any]] = {
        "top_k": ({"top_k": k}, llama.llama_sampler_init_top_k(k)),
        "top_p": ({"top_p": share}, llama.llama_sampler_init_top_p(share, 1)),
        "min_p": ({"min_p": share}, llama.llama_sampler_init_min_p(share, 1)),
        "typical_p": ({"typical_p": share}, llama.llama_sampler_init_typical(share, 1)),
        "top_n_sigma": ({"top_n_sigma": 3 * share}, llama.llama_sampler_init_top_n_sigma(3 * share)),
        "dynatemp": ({"temperature": 1.1, "dynatemp_range": share, "dynatemp_exponent": 1.5}, llama.llama_sampler_init_temp_ext(1.1, share, 1.5)),
        "temperature": ({"temperature": share}, llama.llama_sampler_init_temp(share)),
        "xtc": ({"xtc_probability": 1.0, "xtc_threshold": share / 4}, llama.llama_sampler_init_xtc(1.0, share / 4, 1, 0)),
        "penalties": (
            {"repetition_penalty": 1.3, "frequency_penalty": 0.2, "presence_penalty": share, "repeat_last_n": 9},
            penalties(9, 1.3, 0.2, share),
        ),
    }
    params, their = settings[stage]
    found = ours(logits, SamplingParams.model_validate({"dialect": "llamacpp", **params}), said)
    assert found == pytest.approx(theirs(logits, [their], said), abs=2e-6)


def penalties(last: int, repeat: float, frequency: float, presence: float) -> Any:
    """Newer versions are told the size of the vocabulary first."""
    init = llama.llama_sampler_init_penalties
    sized = [VOCAB] if len(init.argtypes or ()) == 5 else []
    return init(*sized, last, repeat, frequency, presence)
