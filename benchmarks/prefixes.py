"""Time to the first token of a prompt's second run over its first: ``python -m benchmarks.prefixes``.

Each round takes a prompt that the engine has not seen, runs it, and runs it again; the median of the ratios is reported.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import measured_model, median, prompts, table
from inference import Engine, RunSpec, SamplingParams, Watch
from inference.events import Finished

LENGTHS = (64, 256, 512)


def ttft(engine: Engine, ids: tuple[int, ...]) -> tuple[float, int]:
    """Milliseconds to the first token, and the prompt tokens that were not read again."""
    sampling = SamplingParams(max_tokens=2, temperature=0.0, ignore_eos=True)
    *_, last = engine.run(RunSpec(prompt_token_ids=ids, sampling=sampling, watch=Watch(top_n=0, attention="off")))
    assert isinstance(last, Finished)
    assert last.timing is not None
    return last.timing.ttft_ms, last.usage.reused_tokens


def measure(engine: Engine, length: int, rounds: int) -> dict[str, Any]:
    first, second, reused = [], [], 0
    for ids in prompts(rounds, length, engine.info.vocab_size):
        first.append(ttft(engine, ids)[0])
        again, reused = ttft(engine, ids)
        second.append(again)
    ratio = median([after / before for before, after in zip(first, second, strict=True)])
    return {"prompt tokens": length, "reused": reused, "first, ms": median(first), "second, ms": median(second), "second over first": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = measured_model(Path(folder))
        with Engine.load(path, device="cpu", dtype="float32", threads=1) as engine:
            ttft(engine, prompts(1, 16, engine.info.vocab_size)[0])
            rows = [measure(engine, length, options.rounds) for length in LENGTHS if length < engine.info.context]
    print(f"{path.name}, float32, 1 thread, {options.rounds} rounds")
    print(table(rows))


if __name__ == "__main__":
    main()
