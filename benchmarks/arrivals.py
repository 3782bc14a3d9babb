"""Requests that arrive while others decode: the gaps between tokens, and the time to the first one: ``python -m benchmarks.arrivals``.

32 requests over 2 s, prompts of 16 to 512 tokens. Compared are chunks whose size follows the time that a step may take (as shipped),
chunks of a fixed size, and first come, first served: each prompt is read whole in one step, whoever waits.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import measured_model, median, table
from inference import Engine, RunSpec, SamplingParams, Watch
from inference.engine.handle import Handle
from inference.events import Finished, Token

REQUESTS, SECONDS, TOKENS = 32, 2.0, 64
PROMPTS = (16, 512)  # tokens, from and to
WHOLE = 1_000_000  # tokens a step: any prompt at once


class Steady:
    """A budget that is the same in every step: what an engine without a learnt one has."""

    def __init__(self, most: int) -> None:
        self.most = most

    def tokens(self, rows: int) -> int:
        return self.most

    def took(self, seconds: float, rows: int, prompt_tokens: int) -> None: ...


def arrive(engine: Engine, seed: int) -> tuple[list[float], list[float]]:
    """All gaps between tokens, and all times to the first token, in milliseconds."""
    dice = np.random.default_rng(seed)
    moments = np.sort(dice.uniform(0, SECONDS, REQUESTS))
    start, handles = time.monotonic(), []
    for moment in moments:
        ids = dice.integers(5, engine.info.vocab_size - 5, int(dice.integers(*PROMPTS, endpoint=True))).tolist()
        time.sleep(max(0.0, start + moment - time.monotonic()))
        sampling = SamplingParams(max_tokens=TOKENS, temperature=0.0, ignore_eos=True)
        handles.append(engine.submit(RunSpec(prompt_token_ids=tuple(ids), sampling=sampling, watch=Watch(top_n=0, attention="off"))))
    return _read(handles)


def _read(handles: list[Handle]) -> tuple[list[float], list[float]]:
    gaps: list[float] = []
    firsts: list[float] = []
    for handle in handles:
        events = list(handle)
        last = events[-1]
        assert isinstance(last, Finished)
        assert last.timing is not None
        firsts.append(last.timing.ttft_ms)
        gaps += [after.t_ms - before.t_ms for before, after in pairwise([event for event in events if isinstance(event, Token)])]
    return gaps, firsts


def measure(engine: Engine, way: str, rounds: int) -> dict[str, Any]:
    found = [arrive(engine, seed) for seed in range(rounds)]
    p50, p95 = (median([float(np.quantile(gaps, q)) for gaps, _ in found]) for q in (0.5, 0.95))
    ttft = median([float(np.quantile(firsts, 0.95)) for _, firsts in found])
    ratio = median([float(np.quantile(gaps, 0.95) / np.quantile(gaps, 0.5)) for gaps, _ in found])
    return {"prompts": way, "gap p50, ms": p50, "gap p95, ms": p95, "p95 over p50": ratio, "TTFT p95, ms": ttft}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = measured_model(Path(folder))
        for way, budget in {"chunks that follow the time": None, "chunks of 256": Steady(256), "first come, first served": Steady(WHOLE)}.items():
            with Engine.load(path, device="cpu", dtype="float32", threads=1, prefix_cache=False) as engine:
                if budget is not None:
                    engine._scheduler._budget = budget  # type: ignore[assignment]
                arrive(engine, 99)
                rows.append(measure(engine, way, options.rounds))
    print(f"{path.name}, float32, 1 thread, {REQUESTS} requests over {SECONDS:g} s, {TOKENS} tokens each, {options.rounds} rounds")
    print(table(rows))


if __name__ == "__main__":
    main()
