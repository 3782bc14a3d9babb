"""The ways to decode that are compared: a loop written by hand, transformers' own two, and the engine. Knows nothing of tables.

All of them get prompts of one length and go on for as many tokens as they are told, whatever the tokens are.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.generation.streamers import BaseStreamer

from benchmarks.common import median
from inference import Engine, RunSpec, SamplingParams, Watch
from inference.events import Token

Prompts = Sequence[tuple[int, ...]]
Wanted = tuple[dict[str, Any], Watch]  # settings and what is watched

NOTHING = Watch(top_n=0, attention="off")
SAMPLED = {"temperature": 0.8, "top_p": 0.95, "min_p": 0.02}


def reference_model(path: Path, dtype: str) -> Any:
    """The model as transformers loads it, with nothing that ends a run early."""
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=getattr(torch, dtype)).eval()
    model.generation_config = transformers.GenerationConfig(pad_token_id=0)
    return model


def bare_loop(model: Any, ids: Prompts, tokens: int) -> float:
    """Median milliseconds a step of what one would write by hand: ``model(input_ids, past_key_values)`` and argmax."""
    gaps = []
    with torch.inference_mode():
        output = model(input_ids=torch.tensor(ids), use_cache=True)
        for _ in range(tokens):
            before = time.perf_counter()
            chosen = output.logits[:, -1].argmax(-1)
            output = model(input_ids=chosen[:, None], past_key_values=output.past_key_values, use_cache=True)
            gaps.append(time.perf_counter() - before)
    return median(gaps) * 1e3


def generate(model: Any, ids: Prompts, tokens: int) -> float:
    """Tokens per second of a greedy static batch, its prompts included."""
    prompt = torch.tensor(ids)
    before = time.perf_counter()
    out = model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=tokens, do_sample=False)
    assert out.shape[1] == prompt.shape[1] + tokens
    return len(ids) * tokens / (time.perf_counter() - before)


def generate_decode_rate(model: Any, ids: Prompts, tokens: int) -> float:
    """Tokens per second of a greedy static batch, from its first token to its last."""
    prompt, clock = torch.tensor(ids), _Clock()
    model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=tokens, do_sample=False, streamer=clock)
    first, *rest = clock.moments
    return len(ids) * len(rest) / (rest[-1] - first)


class _Clock(BaseStreamer):  # type: ignore[misc]  # transformers does not type it
    """When ``generate`` had each token. It hands over the prompt first."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self.prompt = True

    def put(self, value: torch.Tensor) -> None:
        if not self.prompt:
            self.moments.append(time.perf_counter())
        self.prompt = False

    def end(self) -> None: ...


def continuous_batching(model: Any, ids: Prompts, tokens: int) -> float:
    """Tokens per second of transformers' own continuous batching, from its first token to its last: its set-up is not counted.

    The cache is bounded: by default half of the machine's memory is filled first, which takes minutes.
    """
    out = model.generate_batch(
        [list(row) for row in ids],
        generation_config=transformers.GenerationConfig(max_new_tokens=tokens, do_sample=False, pad_token_id=0, eos_token_id=-1),
        continuous_batching_config=transformers.ContinuousBatchingConfig(num_blocks=64, max_batch_tokens=1024),
        record_timestamps=True,
        progress_bar=False,
    )
    times = [moment for one in out.values() for moment in one.timestamps]
    return float((len(times) - len(ids)) / (max(times) - min(times)))


def engine_gap(engine: Engine, ids: Prompts, tokens: int, wanted: Wanted) -> float:
    """Median milliseconds between two tokens of a run, over all runs of the batch."""
    gaps = [after - before for times in _times(engine, ids, tokens, [wanted]) for before, after in pairwise(times)]
    return median(gaps)


def engine_rate(engine: Engine, ids: Prompts, tokens: int, wanted: Sequence[Wanted]) -> float:
    """Tokens per second, the prompts included. The runs take turns with the settings ``wanted``."""
    before = time.perf_counter()
    count = sum(map(len, _times(engine, ids, tokens, wanted)))
    return count / (time.perf_counter() - before)


def engine_decode_rate(engine: Engine, ids: Prompts, tokens: int) -> float:
    """Tokens per second of greedy runs, from the first token to the last."""
    times = [moment for row in _times(engine, ids, tokens, [({"temperature": 0.0}, NOTHING)]) for moment in row]
    return (len(times) - len(ids)) / (max(times) - min(times)) * 1e3


def _times(engine: Engine, ids: Prompts, tokens: int, wanted: Sequence[Wanted]) -> list[list[float]]:
    """Milliseconds from the submission of the first run, at which each run's tokens came."""
    handles, submitted = [], []
    for n, row in enumerate(ids):
        settings, watch = wanted[n % len(wanted)]
        sampling = SamplingParams(**{"max_tokens": tokens, "ignore_eos": True, "seed": 1, **settings})
        submitted.append(time.perf_counter())
        handles.append(engine.submit(RunSpec(prompt_token_ids=row, sampling=sampling, watch=watch)))
    return [
        [(since - submitted[0]) * 1e3 + event.t_ms for event in handle if isinstance(event, Token)]
        for handle, since in zip(handles, submitted, strict=True)
    ]
