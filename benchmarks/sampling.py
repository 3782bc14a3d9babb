"""Milliseconds for one step of ``choose``: `python -m benchmarks.sampling [--quick]`. One thread, medians, logits as on the CPU.

``zipf`` logits fall off as a language model's do (entropy 3 to 4 nats); ``flat`` ones (standard deviation 2.5) send most filters far
down the vocabulary, which is the worst case of the fast path.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from inference.sampling.sampler import Sampler, choose
from inference.spec import SamplingParams, Watch

PENALTIES: dict[str, Any] = {"repetition_penalty": 1.1, "frequency_penalty": 0.1}
SETTINGS = {
    "greedy": SamplingParams(temperature=0.0),
    "greedy+penalties": SamplingParams(temperature=0.0, **PENALTIES),
    "plain": SamplingParams(),
    "top_p+min_p": SamplingParams(temperature=0.8, top_p=0.9, min_p=0.02),
    "everything": SamplingParams(temperature=0.8, top_k=50, top_p=0.9, min_p=0.02, **PENALTIES),
}
WATCHES = {"text": Watch(top_n=0), "trace 20": Watch(top_n=20)}


def logits(kind: str, batch: int, vocab: int) -> torch.Tensor:
    """(B, V) float32."""
    rng = np.random.default_rng(0)
    rows = [-1.5 * np.log(rng.permutation(vocab) + 1.0) + rng.standard_normal(vocab) * 0.3 for _ in range(batch)]
    values = np.stack(rows) if kind == "zipf" else rng.standard_normal((batch, vocab)) * 2.5
    return torch.from_numpy(values.astype(np.float32))


def samplers(setting: str, batch: int, vocab: int) -> list[Sampler]:
    """``mixed`` gives each row another of the settings. Every run has a prompt of 100 tokens and an output of 50."""
    rng = np.random.default_rng(1)
    built = []
    for row in range(batch):
        params = list(SETTINGS.values())[row % len(SETTINGS)] if setting == "mixed" else SETTINGS[setting]
        prompt = rng.integers(vocab, size=100).tolist()
        sampler = Sampler(params, seed=row, prompt_ids=prompt, vocab_size=vocab, eos_token_ids=[0], pieces=lambda token: b"piece")
        for token in rng.integers(vocab, size=50).tolist():
            sampler.observe(token)
        built.append(sampler)
    return built


def median_ms(step: Callable[[], object], seconds: float) -> float:
    """Of as many steps as fit into ``seconds``, five at least."""
    step()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only V = 4096")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    loaded = np.empty(31 * 2**20, dtype=np.uint8)  # a worker has loaded a model, after which the allocator keeps what is freed
    del loaded
    print(f"{'V':>7} {'B':>3} {'logits':6} {'settings':18}" + "".join(f"{name:>10}" for name in WATCHES) + "   ms a step")
    for vocab in (4096,) if quick else (4096, 50_257, 151_936):
        for batch in (1, 8, 32):
            for kind in ("zipf", "flat"):
                scores = logits(kind, batch, vocab)
                for setting in (*SETTINGS, *(["mixed"] if batch > 1 else [])):
                    rows = samplers(setting, batch, vocab)
                    row = [median_ms(partial(choose, scores, rows, [watch] * batch), 0.15) for watch in WATCHES.values()]
                    print(f"{vocab:>7} {batch:>3} {kind:6} {setting:18}" + "".join(f"{ms:>10.3f}" for ms in row), flush=True)


if __name__ == "__main__":
    main()
