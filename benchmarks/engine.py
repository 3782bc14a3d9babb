"""Time per output token of the engine over a bare forward loop on the same model: ``python -m benchmarks.engine``.

The bare loop is what one would write by hand: ``model(input_ids, past_key_values)`` and argmax. Each measurement of a way stands
between two of the bare loop, all in one process; the median over rounds of its ratio to the mean of its neighbours is
reported, so that a noisy machine hurts all alike. Processor time (of the whole process, prefill and the reader of the events
included) is compared in the same way: it says what the waiting times cannot on a machine that others use as well.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from benchmarks.common import measured_model, median, prompts, table
from inference import Engine, RunSpec, SamplingParams, Watch
from inference.events import Token

PROMPT = 32
NOTHING = Watch(top_n=0, attention="off")
WAYS: dict[str, tuple[dict[str, Any], Watch]] = {
    "text, greedy": ({"temperature": 0.0}, NOTHING),
    "text, sampled": ({"temperature": 0.8, "top_p": 0.95, "min_p": 0.02}, NOTHING),
    "trace 20": ({"temperature": 0.8, "top_p": 0.95, "min_p": 0.02}, Watch(top_n=20, attention="off")),
    "trace 20 + mean attention": ({"temperature": 0.8, "top_p": 0.95, "min_p": 0.02}, Watch(top_n=20, attention="mean")),
    "trace 20 + all heads": ({"temperature": 0.8, "top_p": 0.95, "min_p": 0.02}, Watch(top_n=20, attention="all")),
}


def bare_loop(model: Any, ids: list[tuple[int, ...]], tokens: int) -> float:
    """Median milliseconds a step of the hand-written loop."""
    gaps = []
    with torch.inference_mode():
        output = model(input_ids=torch.tensor(ids), use_cache=True)
        for _ in range(tokens):
            before = time.perf_counter()
            chosen = output.logits[:, -1].argmax(-1)
            output = model(input_ids=chosen[:, None], past_key_values=output.past_key_values, use_cache=True)
            gaps.append(time.perf_counter() - before)
    return median(gaps) * 1e3


def engine_loop(engine: Engine, ids: list[tuple[int, ...]], tokens: int, settings: dict[str, Any], watch: Watch) -> float:
    """Median milliseconds between two tokens of a run, over all runs of the batch."""
    sampling = SamplingParams(max_tokens=tokens, ignore_eos=True, seed=1, **settings)
    handles = [engine.submit(RunSpec(prompt_token_ids=row, sampling=sampling, watch=watch)) for row in ids]
    gaps: list[float] = []
    for handle in handles:
        times = [event.t_ms for event in handle if isinstance(event, Token)]
        gaps += [after - before for before, after in pairwise(times)]
    return median(gaps)


def measure(engine: Engine, model: Any, batch: int, tokens: int, rounds: int) -> list[dict[str, Any]]:
    ids = prompts(batch, PROMPT, engine.info.vocab_size)
    bare = partial(bare_loop, model, ids, tokens)
    ways: dict[str, Callable[[], float]] = {}
    for name, (settings, watch) in WAYS.items():
        ways[name] = partial(engine_loop, engine, ids, tokens, settings, watch)
    warm_up: list[Callable[[], float]] = [bare, *ways.values()]
    for way in warm_up:
        way()
    compared = {name: _compared(way, bare, rounds) for name, way in ways.items()}
    loop = median([one.bare for one in compared.values()])
    bare_row = _row(batch, "bare loop", Compared(loop, loop, 1.0, 1.0))
    return [bare_row, *(_row(batch, name, one) for name, one in compared.items())]


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians over rounds: milliseconds a token of a way and of the bare loop, their ratio, and that of the processor times."""

    way: float
    bare: float
    ratio: float
    processor: float


def _compared(way: Callable[[], float], bare: Callable[[], float], rounds: int) -> Compared:
    times, around = [], [_timed(bare)]
    for _ in range(rounds):
        times.append(_timed(way))
        around.append(_timed(bare))
    ratios = [2 * one / (before + after) for one, (before, after) in zip(times, pairwise(around), strict=True)]
    ms, ms_bare, ratio = median([one[0] for one in times]), median([one[0] for one in around]), median([one[0] for one in ratios])
    return Compared(ms, ms_bare, ratio, median([one[1] for one in ratios]))


def _timed(way: Callable[[], float]) -> NDArray[np.float64]:
    """What ``way`` says of itself, and the processor time that it took, in seconds."""
    before = time.process_time()
    return np.array([way(), time.process_time() - before])  # in this order


def _row(batch: int, way: str, found: Compared) -> dict[str, Any]:
    return {
        "batch": batch,
        "way": way,
        "ms a token": found.way,
        "over the bare loop": found.ratio,
        "processor time over the bare loop": found.processor,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        path = measured_model(Path(folder))
        model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
        with Engine.load(path, device="cpu", dtype="float32", threads=options.threads) as engine:
            rows = [row for batch in options.batch for row in measure(engine, model, batch, options.tokens, options.rounds)]
    print(f"{path.name}, {model.config.model_type}, float32, {options.threads} thread(s), {options.tokens} tokens, {options.rounds} rounds")
    print(table(rows))


if __name__ == "__main__":
    main()
