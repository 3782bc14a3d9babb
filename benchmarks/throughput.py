"""Tokens per second of the engine over what transformers offers on the same model: ``python -m benchmarks.throughput [--quick]``.

Against ``generate`` with a static batch, greedy, and against transformers' own continuous batching on the same requests. Rounds alternate
between the two within one process; the median of the ratios of neighbours is reported. One prompt length, so that the static batch
wastes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import MODELS, median, prompts, table
from benchmarks.loops import (
    NOTHING,
    Prompts,
    Wanted,
    continuous_batching,
    engine_decode_rate,
    engine_rate,
    generate,
    generate_decode_rate,
    reference_model,
)
from inference import Engine, Watch

PROMPT = 32
DECODE = "text, greedy, after the first token"
GREEDY: Wanted = ({"temperature": 0.0}, NOTHING)
TRACED = Watch(top_n=20, attention="off")
MIXED: list[Wanted] = [
    ({"temperature": 0.0}, TRACED),
    ({"temperature": 0.8, "top_p": 0.9, "min_p": 0.02}, TRACED),
    ({"temperature": 1.0}, TRACED),
    ({"temperature": 0.8, "top_k": 50, "top_p": 0.9, "repetition_penalty": 1.1, "frequency_penalty": 0.1}, TRACED),
]
BARS = {  # of issue 3: text only over generate, by batch
    "bundled": {1: 1.25, 8: 1.3, 32: 1.35},
    "GPT-2 124M": {1: 1.6, 8: 2.2, 32: 2.0},
    "GPT-2 124M bf16": {1: 2.0, 8: 1.5, 32: 1.15},
}
MIXED_BAR, CONTINUOUS_BAR = 1.1, 1.5


def measure(engine: Engine, model: Any, name: str, batch: int, tokens: int, rounds: int, more: bool) -> list[dict[str, Any]]:
    ids: Prompts = prompts(batch, PROMPT, engine.info.vocab_size)
    static = partial(generate, model, ids, tokens)
    rows = [_row(name, batch, "text, greedy", "generate", partial(engine_rate, engine, ids, tokens, [GREEDY]), static, rounds)]
    own, other = partial(engine_decode_rate, engine, ids, tokens), partial(generate_decode_rate, model, ids, tokens)
    rows.append(_row(name, batch, DECODE, "generate", own, other, rounds))
    if batch >= 32 and more:
        mixed = partial(engine_rate, engine, ids, tokens, MIXED)
        rows.append(_row(name, batch, "mixed settings, trace 20 on every row", "generate, greedy", mixed, static, rounds))
        other = partial(continuous_batching, model, ids, tokens)
        rows.append(_row(name, batch, "text, greedy", "continuous batching", own, other, min(rounds, 3)))
    return rows


def _row(name: str, batch: int, way: str, over: str, own: Callable[[], float], other: Callable[[], float], rounds: int) -> dict[str, Any]:
    for warm_up in (own, other):
        warm_up()
    pairs = [(own(), other()) for _ in range(rounds)]
    bar = BARS.get(name, {}).get(batch, "") if over == "generate" else CONTINUOUS_BAR if over == "continuous batching" else MIXED_BAR
    return {
        "model": name,
        "batch": batch,
        "way": way,
        "tokens/s": median([one for one, _ in pairs]),
        "over": over,
        "its tokens/s": median([one for _, one in pairs]),
        "ratio": median([one / two for one, two in pairs]),
        "bar": bar,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--text", action="store_true", help="only greedy text over generate")
    parser.add_argument("--quick", action="store_true", help="the bundled model only, three rounds")
    options = parser.parse_args()
    if options.quick:
        options.models, options.rounds = ["bundled"], 3
    torch.set_num_threads(options.threads)
    rows = [row for name in options.models for row in _model(name, options)]
    print(f"{options.threads} thread(s), {options.tokens} tokens, {options.rounds} rounds")
    print(table(rows), flush=True)


def _model(name: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    place, dtype = MODELS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = place(Path(folder))
        model = reference_model(path, dtype)
        with Engine.load(path, device="cpu", dtype=dtype, threads=options.threads) as engine:
            return [
                row
                for batch in options.batch
                for row in measure(engine, model, name, batch, options.tokens, options.rounds, not options.text)
            ]


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # the threads of transformers' continuous batching do not end by themselves
