"""Time per output token of the engine over a bare forward loop on the same model: ``python -m benchmarks.engine [--quick]``.

Each measurement of a way stands between two of the bare loop, all in one process; the median over rounds of its ratio to the mean of its
neighbours is reported, so that a noisy machine hurts all alike. Processor time (of the whole process, prefill and the reader of the events
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
from numpy.typing import NDArray

from benchmarks.common import MODELS, median, prompts, table
from benchmarks.loops import NOTHING, SAMPLED, Prompts, Wanted, bare_loop, engine_gap, reference_model
from inference import Engine, Watch

PROMPT = 32
WAYS: dict[str, Wanted] = {
    "text, greedy": ({"temperature": 0.0}, NOTHING),
    "text, sampled": (SAMPLED, NOTHING),
    "trace 20": (SAMPLED, Watch(top_n=20, attention="off")),
    "trace 20 + mean attention": (SAMPLED, Watch(top_n=20, attention="mean")),
    "trace 20 + all heads": (SAMPLED, Watch(top_n=20, attention="all")),
}
BARS = {  # of issue 3, at batch 1
    "bundled": {"text, greedy": 1.10, "text, sampled": 1.10, "trace 20": 1.30, "trace 20 + mean attention": 1.45},
    "GPT-2": {"text, greedy": 1.05, "text, sampled": 1.05, "trace 20": 1.15, "trace 20 + mean attention": 1.25},
}


def measure(engine: Engine, model: Any, name: str, batch: int, tokens: int, rounds: int) -> list[dict[str, Any]]:
    ids: Prompts = prompts(batch, PROMPT, engine.info.vocab_size)
    bare = partial(bare_loop, model, ids, tokens)
    ways: dict[str, Callable[[], float]] = {way: partial(engine_gap, engine, ids, tokens, wanted) for way, wanted in WAYS.items()}
    warm_up: list[Callable[[], float]] = [bare, *ways.values()]
    for one in warm_up:
        one()
    compared = {way: _compared(run, bare, rounds) for way, run in ways.items()}
    loop = median([one.bare for one in compared.values()])
    bare_row = _row(name, batch, "bare loop", Compared(loop, loop, 1.0, 1.0))
    return [bare_row, *(_row(name, batch, way, one) for way, one in compared.items())]


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


def _row(name: str, batch: int, way: str, found: Compared) -> dict[str, Any]:
    bar = BARS.get(name.split()[0], {}).get(way) if batch == 1 else None
    return {
        "model": name,
        "batch": batch,
        "way": way,
        "ms a token": found.way,
        "over the bare loop": found.ratio,
        "bar": "" if bar is None else bar,
        "processor time over the bare loop": found.processor,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 8, 32], help="of the bundled model; of the others 1")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the bundled model only, batch 1, three rounds")
    options = parser.parse_args()
    if options.quick:
        options.models, options.batch, options.rounds = ["bundled"], [1], 3
    torch.set_num_threads(options.threads)
    rows = [row for name in options.models for row in _model(name, options)]
    print(f"{options.threads} thread(s), {options.tokens} tokens, {options.rounds} rounds")
    print(table(rows))


def _model(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    place, dtype = MODELS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = place(Path(folder))
        model = reference_model(path, dtype)
        with Engine.load(path, device="cpu", dtype=dtype, threads=options.threads) as engine:
            batches = options.batch if name == "bundled" else [1]
            return [row for batch in batches for row in measure(engine, model, name, batch, options.tokens, options.rounds)]


if __name__ == "__main__":
    main()
