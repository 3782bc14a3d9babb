"""Samplers, logits and settings for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import torch
from hypothesis import strategies as st

from inference.events import Trace
from inference.sampling.arrays import Floats
from inference.sampling.pipeline import walk
from inference.sampling.registry import STAGES
from inference.sampling.sampler import Choice, Sampler, choose
from inference.sampling.scores import Dense
from inference.sampling.state import Rows
from inference.spec import DEFAULT_STAGE_ORDER, Dialect, SamplingParams, Watch

WATCH, BLIND = Watch(top_n=20), Watch(top_n=0)


def sampler(params: SamplingParams, vocab: int, *, seed: int = 0, prompt: Sequence[int] = (), output: Sequence[int] = (), eos: Sequence[int] = ()) -> Sampler:
    built = Sampler(
        params,
        seed=seed,
        prompt_ids=prompt,
        vocab_size=vocab,
        eos_token_ids=eos,
        pieces=lambda token: str(token).encode(),
        bad_words=[[ord(letter) for letter in word] for word in params.bad_words],
    )
    for token in output:
        built.observe(token)
    return built


def one(logits: Floats, params: SamplingParams, watch: Watch = WATCH, *, seed: int = 0, prompt: Sequence[int] = (), output: Sequence[int] = (), eos: Sequence[int] = ()) -> Choice:
    row = sampler(params, len(logits), seed=seed, prompt=prompt, output=output, eos=eos)
    (choice,) = choose(torch.from_numpy(np.asarray(logits))[None], [row], [watch])
    assert isinstance(choice, Choice)
    return choice


def traced(logits: Floats, params: SamplingParams, watch: Watch = WATCH, *, prompt: Sequence[int] = (), output: Sequence[int] = (), eos: Sequence[int] = ()) -> Trace:
    trace = one(logits, params, watch, prompt=prompt, output=output, eos=eos).trace
    assert trace is not None
    return trace


def random_logits(rng: np.random.Generator, vocab: int) -> Floats:
    """Float32 logits of a random kind: flat, peaked, full of ties as bfloat16 makes them, with removed tokens."""
    z = rng.standard_normal(vocab) * rng.choice([0.0, 0.5, 2.5, 8.0])
    if rng.random() < 0.5:
        z[rng.integers(vocab)] += rng.choice([3.0, 12.0, 40.0])
    if rng.random() < 0.4:
        z = torch.from_numpy(z).bfloat16().double().numpy()
    if rng.random() < 0.2:
        z[rng.random(vocab) < rng.choice([0.1, 0.99])] = -np.inf
        z[rng.integers(vocab)] = 1.0
    logits: Floats = z.astype(np.float32).astype(np.float64)
    return logits


def random_params(rng: np.random.Generator, vocab: int) -> SamplingParams:
    """A random mix in which each stage is off half of the time, in the default or a random order."""

    def maybe(value: Any, neutral: Any) -> Any:
        return value if rng.random() < 0.5 else neutral

    def rare(value: Any, neutral: Any) -> Any:
        return value if rng.random() < 0.25 else neutral

    default = [name for name in DEFAULT_STAGE_ORDER if name != "constraint"]
    order = default if rng.random() < 0.6 else rng.permutation(np.array(default)).tolist()
    temperature = float(rng.choice([0.0, 0.01, 0.3, 0.8, 1.0, 1.0, 1.7, 10.0]))
    scopes: list[Literal["dialect", "output", "all"]] = ["dialect", "dialect", "output", "all"]
    return SamplingParams(
        temperature=temperature,
        dynatemp_range=rare(float(rng.choice([0.1, 0.7, 5.0])), 0.0),
        dynatemp_exponent=float(rng.choice([0.5, 1.0, 3.0])),
        smoothing_factor=rare(float(rng.choice([0.01, 0.3, 4.0])), 0.0),
        smoothing_curve=float(rng.choice([1.0, 1.7, 3.0])),
        mirostat_mode=rare(2, 0) if temperature else 0,
        mirostat_tau=float(rng.choice([0.1, 1.0, 3.0])),
        top_k=maybe(int(rng.choice([1, 2, 5, 50, 300, vocab, 1_000_000])), 0),
        top_p=maybe(float(rng.choice([1e-6, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9])), 1.0),
        min_p=maybe(float(rng.choice([1e-9, 0.01, 0.1, 0.5, 1.0])), 0.0),
        typical_p=rare(float(rng.choice([0.05, 0.5, 0.95, 0.999])), 1.0),
        top_n_sigma=rare(float(rng.choice([0.01, 0.5, 1.0, 3.0])), 0.0),
        top_a=rare(float(rng.choice([0.001, 0.2, 1.0])), 0.0),
        tfs_z=rare(float(rng.choice([0.0, 0.3, 0.95])), 1.0),
        epsilon_cutoff=rare(float(rng.choice([1e-5, 0.003, 0.2])), 0.0),
        eta_cutoff=rare(float(rng.choice([1e-5, 0.003, 0.2])), 0.0),
        xtc_probability=rare(float(rng.choice([0.5, 1.0])), 0.0),
        xtc_threshold=float(rng.choice([1e-4, 0.05, 0.1, 0.4])),
        min_keep=int(rng.choice([1, 1, 2, 20, 1000])),
        repetition_penalty=maybe(float(rng.choice([0.7, 1.05, 1.3, 10.0])), 1.0),
        presence_penalty=maybe(float(rng.choice([-2.0, 0.3, 2.0])), 0.0),
        frequency_penalty=maybe(float(rng.choice([-0.5, 0.1, 2.0])), 0.0),
        logit_bias=maybe({int(rng.integers(vocab)): float(rng.choice([-100.0, -1.5, 2.0, 100.0])) for _ in range(3)}, {}),
        min_tokens=int(rng.choice([0, 0, 5])),
        stop_token_ids=tuple(rng.integers(vocab, size=2).tolist()),
        repeat_last_n=rare(int(rng.choice([-1, 0, 1, 3, 64])), None),
        penalty_scope=scopes[rng.integers(4)],
        no_repeat_ngram_size=rare(int(rng.choice([1, 2, 3, 5])), 0),
        dry_multiplier=rare(float(rng.choice([0.3, 2.0])), 0.0),
        dry_base=float(rng.choice([1.0, 1.75, 4.0])),
        dry_allowed_length=int(rng.choice([1, 2, 3])),
        dry_penalty_last_n=int(rng.choice([-1, -1, 0, 4, 6])),
        dry_sequence_breakers=(str(rng.integers(10)),),
        bad_words=rare(("\x00", "\x01\x00"), ()) if vocab > 1 else (),
        allowed_token_ids=rare(tuple(rng.integers(vocab, size=20).tolist()), ()),
        dialect=get_args(Dialect)[rng.integers(4)],
        stage_order=tuple(order),
    )


seeds = st.integers(0, 2**32 - 1)


def states(params: Sequence[SamplingParams], vocab: int, *, prompt: Sequence[int] = (), output: Sequence[int] = (), eos: Sequence[int] = ()) -> Rows:
    return Rows([sampler(each, vocab, prompt=prompt, output=output, eos=eos).state for each in params])


def after(logits: Floats, rows: Rows, head: int | None = None) -> Floats:
    """(B, V) scores after the whole pipeline, from lists of ``head`` tokens at first."""
    start = Dense.start(logits, head or logits.shape[1])
    *_, (_, last) = walk(start, rows, list(STAGES.values()))
    if any(last.listed.short):
        assert start.head < logits.shape[1]
        return after(logits, rows)
    return last.listed.spread.field.scores


def probabilities(scores: Floats) -> Floats:
    """(B, V) or (V,) softmax."""
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    normal: Floats = weights / weights.sum(-1, keepdims=True)
    return normal
