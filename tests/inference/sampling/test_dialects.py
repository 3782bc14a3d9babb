"""The dialects: orders and edges against transformers' own list of processors, and vLLM's and llama.cpp's pipelines written out."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from transformers import GPT2Config, GPT2LMHeadModel, LogitsProcessorList

from inference.sampling.arrays import Floats
from inference.sampling.pipeline import walk
from inference.sampling.registry import STAGES
from inference.sampling.scores import Dense
from inference.sampling.state import Rows
from inference.spec import ORDERS, SamplingParams
from tests.inference.sampling.build import probabilities, sampler, seeds

VOCAB = 40


def after(logits: Floats, params: SamplingParams, prompt: list[int], output: list[int]) -> Floats:
    """(V,) scores after the dialect's pipeline."""
    row = sampler(params, len(logits), prompt=prompt, output=output, eos=[0])
    *_, (_, last) = walk(Dense.start(logits[None], len(logits)), Rows([row.state]), [STAGES[name] for name in params.order])
    scores: Floats = last.spread.field.scores[0]
    return scores


def context(seed: int) -> tuple[np.random.Generator, Floats, list[int], list[int]]:
    rng = np.random.default_rng(seed)
    logits = rng.standard_normal(VOCAB) * 2 + 0.1
    return rng, logits, rng.integers(VOCAB, size=6).tolist(), rng.integers(VOCAB, size=5).tolist()


MODEL = GPT2LMHeadModel(GPT2Config(vocab_size=VOCAB, n_embd=4, n_layer=1, n_head=1, n_positions=8))


def of_transformers(prompt: list[int], **options: Any) -> LogitsProcessorList:
    """The processors that ``generate`` builds, in its order."""
    config, _ = MODEL._prepare_generation_config(None, do_sample=True, eos_token_id=0, **options)
    MODEL._prepare_special_tokens(config, True, device=torch.device("cpu"))
    processors: LogitsProcessorList = MODEL._get_logits_processor(config, input_ids_seq_length=len(prompt), device="cpu")
    return processors


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_transformers_pipeline_is_the_one_that_generate_builds(seed: int) -> None:
    rng, logits, prompt, output = context(seed)
    options: dict[str, Any] = {
        "repetition_penalty": float(rng.uniform(1.05, 2)), "no_repeat_ngram_size": 2, "temperature": float(rng.uniform(0.5, 1.5)), "top_k": 20,
        "top_p": float(rng.uniform(0.5, 0.95)), "min_p": 0.02, "typical_p": 0.8, "epsilon_cutoff": 0.01, "eta_cutoff": 0.01,
    }  # fmt: skip
    processors = of_transformers(prompt, min_new_tokens=8, bad_words_ids=[[3], [output[-1], 5]], **options)
    theirs = processors(torch.tensor([prompt + output]), torch.from_numpy(logits[None])).numpy()[0]
    words = ("\x03", chr(output[-1]) + "\x05")
    ours = after(logits, SamplingParams(dialect="transformers", min_tokens=8, bad_words=words, **options), prompt, output)
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {"repetition_penalty": 1.3}, {"no_repeat_ngram_size": 2}, {"temperature": 0.7}, {"top_k": 1000}, {"top_p": 0.9}, {"min_p": 0.001},
        {"typical_p": 0.6}, {"epsilon_cutoff": 3e-5}, {"eta_cutoff": 3e-5},
    ],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
@pytest.mark.parametrize("kind", ["random", "with ties", "nearly all removed", "one left"])
def test_each_processor_leaves_what_transformers_leaves_of_150_thousand_tokens(kind: str, options: dict[str, Any]) -> None:
    rng = np.random.default_rng(7)
    prompt, output = rng.integers(VOCAB, size=6).tolist(), [3, 4, 3]
    logits = adversarial(rng, kind)
    theirs = of_transformers(prompt, **{"top_k": 0, **options})(torch.tensor([prompt + output]), torch.from_numpy(logits[None])).numpy()[0]
    ours = after(logits, SamplingParams(dialect="transformers", **options), prompt, output)
    if kind == "with ties":  # of which it is open which stay
        ours, theirs = np.sort(ours), np.sort(theirs)
    assert np.allclose(ours, theirs, rtol=1e-9, atol=0)


def adversarial(rng: np.random.Generator, kind: str) -> Floats:
    """(151,936) logits, exact in float32."""
    logits: Floats = (rng.standard_normal(151_936) * 3).astype(np.float32).astype(np.float64)
    if kind == "with ties":
        logits = np.round(logits * 4) / 4
    if kind == "nearly all removed":
        logits[rng.random(len(logits)) < 0.999] = -np.inf
    if kind == "one left":
        logits[:] = -np.inf
        logits[77] = 1.5
    return logits


def plain_vllm(logits: Floats, prompt: list[int], output: list[int], params: SamplingParams) -> Floats:
    """vLLM's ``Sampler``: bias, penalties, temperature, min-p, top-k and top-p from the low end of the sorted probabilities."""
    z = logits.copy()
    for token, bias in params.logit_bias.items():
        z[token] += bias
    for token in {*prompt, *output}:
        z[token] = z[token] / params.repetition_penalty if z[token] > 0 else z[token] * params.repetition_penalty
    for token, count in Counter(output).items():
        z[token] -= params.frequency_penalty * count + params.presence_penalty
    z /= params.temperature
    p = probabilities(z)
    z[p < p.max() * params.min_p] = -np.inf
    z[z < np.sort(z)[-params.top_k]] = -np.inf
    order = np.argsort(z, kind="stable")
    from_below = probabilities(z)[order].cumsum()
    gone = from_below <= 1 - params.top_p
    gone[-1] = False
    z[order[gone]] = -np.inf
    return z


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_vllm_pipeline_is_its_sampler_written_out(seed: int) -> None:
    rng, logits, prompt, output = context(seed)
    params = SamplingParams(
        dialect="vllm", repetition_penalty=1.3, frequency_penalty=0.4, presence_penalty=-0.3, temperature=float(rng.uniform(0.5, 1.5)),
        min_p=0.03, top_k=int(rng.integers(2, 30)), top_p=float(rng.uniform(0.3, 0.95)), logit_bias={7: 2.0},
    )  # fmt: skip
    assert after(logits, params, prompt, output) == pytest.approx(plain_vllm(logits, prompt, output, params), rel=1e-9)


def plain_llamacpp(logits: Floats, said: list[int], params: SamplingParams, last: int) -> Floats:
    """llama.cpp's default chain: penalties over a window, top-n-sigma, top-k, typical, top-p, min-p, temperature, on a shrinking list."""
    z = logits.copy()
    for token, count in Counter(said[-last:]).items():
        z[token] = z[token] / params.repetition_penalty if z[token] > 0 else z[token] * params.repetition_penalty
        z[token] -= count * params.frequency_penalty + params.presence_penalty
    left = [token for token in np.lexsort((np.arange(len(z)), -z)) if z[token] >= z.max() - params.top_n_sigma * z.std()]
    left = left[: params.top_k]
    p = probabilities(z[left])
    closest = np.argsort(np.abs(-np.log(p) + (p * np.log(p)).sum()), kind="stable")
    stop = next((n for n, mass in enumerate(p[closest].cumsum()) if mass > params.typical_p), len(left) - 1)
    left = [left[at] for at in sorted(closest[: stop + 1])]
    mass = probabilities(z[left]).cumsum()
    left = left[: next((n for n, reached in enumerate(mass) if reached >= params.top_p), len(left) - 1) + 1]
    left = [token for token in left if z[token] >= z[left[0]] + np.log(params.min_p)]
    scores: Floats = np.full(len(z), -np.inf)
    scores[left] = z[left] / params.temperature
    return scores


@settings(max_examples=100, deadline=None)
@given(seeds)
@pytest.mark.parametrize("window", [None, 4, -1])
def test_llamacpp_pipeline_is_its_chain_written_out(window: int | None, seed: int) -> None:
    rng, logits, prompt, output = context(seed)
    params = SamplingParams(
        dialect="llamacpp", repetition_penalty=1.3, frequency_penalty=0.2, presence_penalty=0.1, repeat_last_n=window,
        top_n_sigma=float(rng.uniform(1, 3)), top_k=int(rng.integers(3, 30)), typical_p=float(rng.uniform(0.6, 0.99)),
        top_p=float(rng.uniform(0.4, 0.99)), min_p=0.05, temperature=float(rng.uniform(0.5, 1.5)),
    )  # fmt: skip
    plain = plain_llamacpp(logits, prompt + output, params, {None: 64, 4: 4, -1: 10**6}[window])
    assert after(logits, params, prompt, output) == pytest.approx(plain, rel=1e-9)


@pytest.mark.parametrize(("dialect", "kept"), [("logitscope", 4), ("transformers", 4), ("vllm", 4), ("llamacpp", 2)])
def test_tokens_tied_with_the_last_of_top_k_stay_but_in_llama_cpp(dialect: Any, kept: int) -> None:
    scores = after(np.array([3.0, 1.0, 1.0, 1.0, 0.0]), SamplingParams(dialect=dialect, top_k=2), [], [])
    assert np.flatnonzero(scores > -np.inf).tolist() == list(range(kept))


def test_typical_takes_no_more_of_a_tie_than_it_needs_in_llama_cpp() -> None:
    kept = [np.isfinite(after(np.zeros(4), SamplingParams(dialect=dialect, typical_p=0.6), [], [])).sum() for dialect in ("transformers", "llamacpp")]
    assert kept == [4, 3]


@pytest.mark.parametrize(
    ("dialect", "changes", "touched"),
    [
        ("vllm", {"presence_penalty": 1.0}, [2]),
        ("llamacpp", {"presence_penalty": 1.0}, [1, 2]),
        ("llamacpp", {"presence_penalty": 1.0, "repeat_last_n": 1}, [2]),
        ("llamacpp", {"presence_penalty": 1.0, "repeat_last_n": 0}, []),
        ("logitscope", {"presence_penalty": 1.0, "penalty_scope": "all"}, [1, 2]),
        ("logitscope", {"repetition_penalty": 2.0}, [1, 2]),
        ("logitscope", {"repetition_penalty": 2.0, "penalty_scope": "output"}, [2]),
    ],
)
def test_what_the_penalties_count(dialect: Any, changes: dict[str, Any], touched: list[int]) -> None:
    params = SamplingParams.model_validate({"dialect": dialect, **changes})
    assert np.flatnonzero(after(np.ones(4), params, [1], [2]) != 1).tolist() == touched


def test_a_hand_made_order_overrides_that_of_the_dialect() -> None:
    params = SamplingParams(dialect="llamacpp", stage_order=("temperature", "top_p"))
    assert params.order == ("temperature", "top_p")
    assert SamplingParams(dialect="llamacpp").order == ORDERS["llamacpp"]


def test_in_llama_cpp_mirostat_takes_the_place_of_all_filters() -> None:
    assert SamplingParams(dialect="llamacpp", mirostat_mode=2, top_k=5).order == ("constraint", "logit_bias", "temperature", "mirostat")


@pytest.mark.parametrize("dialect", ["transformers", "vllm", "llamacpp"])
def test_orders_name_stages_that_exist_once(dialect: Any) -> None:
    assert set(ORDERS[dialect]) <= set(STAGES)
    assert all(a != b for a, b in pairwise(sorted(ORDERS[dialect])))
