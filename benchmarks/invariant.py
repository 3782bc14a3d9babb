"""What ``batch_invariant`` costs: ``python -m benchmarks.invariant``.

The same greedy runs on two engines of the same model, in turns; medians over rounds of the ratios of their processor times.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import measured_model, median, prompts, table
from inference import Engine, RunSpec, SamplingParams, Watch

PROMPT, TOKENS = 64, 32


def seconds(engine: Engine, batch: int, tokens: int) -> float:
    """Processor time that ``batch`` runs of ``tokens`` tokens take together: it says more on a machine that others use as well."""
    sampling = SamplingParams(max_tokens=tokens, temperature=0.0, ignore_eos=True)
    before = time.process_time()
    ids = prompts(batch, PROMPT, engine.info.vocab_size)
    handles = [engine.submit(RunSpec(prompt_token_ids=one, sampling=sampling, watch=Watch(top_n=0, attention="off"))) for one in ids]
    for handle in handles:
        for _ in handle:
            pass
    return time.process_time() - before


def measure(plain: Engine, steady: Engine, batch: int, rounds: int) -> dict[str, Any]:
    found: dict[str, list[float]] = {"prompt": [], "all": []}
    for _ in range(rounds):
        for name, tokens in (("prompt", 1), ("all", TOKENS)):
            found[name].append(seconds(steady, batch, tokens) / seconds(plain, batch, tokens))
    return {"batch": batch, "prompts of 64 tokens": median(found["prompt"]), "prompts and 32 tokens each": median(found["all"])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--dtype", nargs="*", default=["float32", "bfloat16"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = measured_model(Path(folder))
        for dtype in options.dtype:
            load = {"device": "cpu", "dtype": dtype}
            plain = Engine.load(path, **load, threads=1, prefix_cache=False)
            steady = Engine.load(path, **load, threads=1, prefix_cache=False, batch_invariant=True)
            with plain, steady:
                measure(plain, steady, 2, 1)
                rows += [{"type": dtype, **measure(plain, steady, batch, options.rounds)} for batch in (1, 8, 32)]
    print(f"{path.name}, 1 thread, {options.rounds} rounds: processor time with batch_invariant over that without")
    print(table(rows))


if __name__ == "__main__":
    main()
