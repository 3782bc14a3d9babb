"""What looking into a run costs, and what it costs the others: ``python -m benchmarks.insight [--model NAME] [--parts ...]``.

What-if is compared with one plain forward pass of transformers over the same tokens, in turns within one process. The gap between two
tokens of a run is taken alone and beside each kind of question, asked again and again.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from benchmarks.common import MODELS, median, prompts, table
from benchmarks.parts.deep_model import deep_model
from inference import Engine, RunSpec, SamplingParams, Watch
from inference.engine.meters import peak_rss_bytes
from inference.events import Token
from inference.insight.insight import Insight
from inference.insight.past import LogitCache, Past
from inference.questions import AskAttention, AskAttribution

PROMPT, TOKENS = 32, 200
NOTHING = Watch(top_n=0, attention="off")
SETTINGS: dict[str, dict[str, Any]] = {
    "greedy": {"temperature": 0.0},
    "temperature 0.8": {"temperature": 0.8},
    "top-p, min-p": {"temperature": 0.8, "top_p": 0.9, "min_p": 0.02},
    "penalties, top-p": {"temperature": 0.8, "top_p": 0.9, "repetition_penalty": 1.1, "frequency_penalty": 0.1},
}


def timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    return both_times(act)[0]


def both_times(act: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the clock, and of all processors for this process."""
    before, used = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - before) * 1e3, (time.process_time() - used) * 1e3


def a_run(engine: Engine) -> Past:
    sampling = SamplingParams(max_tokens=TOKENS, ignore_eos=True, seed=1)
    (prompt,) = prompts(1, PROMPT, min(engine.info.vocab_size, 4096))
    tokens = [event.id for event in engine.run(RunSpec(prompt_token_ids=prompt, sampling=sampling, watch=NOTHING)) if isinstance(event, Token)]
    return Past(sampling, prompt, tuple(tokens))


def what_if(engine: Engine, model: Any, past: Past, rounds: int) -> list[dict[str, Any]]:
    insight, ids = Insight(engine), torch.tensor([past.ids[:-1]])

    def plain() -> None:
        with torch.inference_mode():
            model(input_ids=ids, use_cache=False)

    def first(sampling: SamplingParams) -> None:
        insight._memory.logits = LogitCache()
        insight.what_if(past, sampling)

    rows = []
    for name, settings in SETTINGS.items():
        sampling = SamplingParams(**settings)
        ways: list[Callable[[], object]] = [plain, partial(first, sampling), partial(insight.what_if, past, sampling)]
        found = np.array([[both_times(way) for way in ways] for _ in range(rounds + 1)][1:])  # (rounds, ways, 2)
        bare, whole, again = np.median(found, axis=0)
        ratio, processor = np.median(found[:, 1] / found[:, 0], axis=0)
        rows.append(
            {"settings": name, "plain pass ms": bare[0], "what-if ms": whole[0], "ratio": ratio, "of processor time": processor, "asked again ms": again[0]}
        )
    return rows


def questions(engine: Engine, past: Past) -> dict[str, Callable[[], object]]:
    insight, ids, info = Insight(engine), past.ids, engine.info
    every = [(layer, head) for layer in range(info.layers) for head in range(info.heads)]
    last = len(ids) - 1
    return {
        "score": lambda: insight.score(ids),
        "logit lens, last 32 positions": lambda: insight.lens(ids, first=last - 31, last=last + 1),
        "thumbnails of all heads": lambda: insight.attention(ids, AskAttention(type="attention", maps=tuple(every), cell=4)),
        "one head whole, rollout": lambda: insight.attention(ids, AskAttention(type="attention", maps=((0, 0), (-2, -1)))),
        "Q, K, V of one head": lambda: insight.head(ids, last, 0, 0),
        "gradient x input": lambda: insight.attribution(ids, AskAttribution(type="attribution", position=last)),
        "integrated gradients, 8 points": lambda: insight.attribution(
            ids, AskAttribution(type="attribution", position=last, method="integrated_gradients", steps=8, baseline=0)
        ),
    }


def gaps(engine: Engine, tokens: int) -> tuple[float, float]:
    """Median and 95th percentile of the gaps between two tokens, ms."""
    sampling = SamplingParams(max_tokens=tokens, ignore_eos=True, seed=1)
    (prompt,) = prompts(1, PROMPT, min(engine.info.vocab_size, 4096))
    events = engine.run(RunSpec(prompt_token_ids=prompt, sampling=sampling, watch=NOTHING))
    found = np.diff([event.t_ms for event in events if isinstance(event, Token)])
    return float(np.median(found)), float(np.quantile(found, 0.95))


def gap_row(name: str, ms: float, alone: tuple[float, float], beside: tuple[float, float]) -> dict[str, Any]:
    columns = {"question": name, "ms by itself": ms, "gap p50 ms alone": alone[0], "p95": alone[1]}
    return {**columns, "gap p50 ms beside": beside[0], "p95 beside": beside[1]}


def beside(engine: Engine, past: Past, tokens: int) -> list[dict[str, Any]]:
    """How long each question takes alone, and the gaps of a run while it is asked again and again.

    The gaps alone are taken before each, for a machine that others use is never the same for long.
    """
    rows = []
    for name, ask in questions(engine, past).items():
        ask()
        ms, undisturbed = median([timed(ask) for _ in range(3)]), gaps(engine, tokens)
        stop = threading.Event()
        asking = threading.Thread(target=lambda: [ask() for _ in iter(stop.is_set, True)])  # noqa: B023
        asking.start()
        rows.append(gap_row(name, ms, undisturbed, gaps(engine, tokens)))
        stop.set()
        asking.join()
    return rows


def large(folder: Path) -> list[dict[str, Any]]:
    """Attention of 2,048 tokens on 24 layers x 16 heads: time, bytes of the answer, growth of the process's peak."""
    rows = []
    with Engine.load(deep_model(folder), device="cpu", threads=1) as engine:
        insight, (ids,) = Insight(engine), prompts(1, 2048, 300)
        every = tuple((layer, head) for layer in range(24) for head in range(16))
        asked = {
            "384 thumbnails of 64 x 64": AskAttention(type="attention", maps=every, cell=32),
            "one head whole": AskAttention(type="attention", maps=((12, 3),)),
            "mean over layers": AskAttention(type="attention", maps=((-1, -1),)),
            "rollout": AskAttention(type="attention", maps=((-2, -1),)),
        }
        insight.attention(ids[:256], asked["one head whole"])
        for name, one in asked.items():
            before = peak_rss_bytes()
            ms = timed(lambda: insight.attention(ids, one))  # noqa: B023
            answer = insight.attention(ids, one)
            rows.append({"2,048 tokens, 24 x 16 heads": name, "s": ms / 1e3, "answer MiB": len(answer.values.data) / 2**20, "peak grew by MiB": (peak_rss_bytes() - before) / 2**20})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=MODELS, default="bundled")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tokens", type=int, default=200, help="of the run beside which questions are asked")
    parser.add_argument("--parts", nargs="*", choices=("what-if", "beside", "large"), default=("what-if", "beside"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    make, dtype = MODELS[options.model]
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder))
        model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=getattr(torch, dtype)).eval()
        with Engine.load(path, device="cpu", dtype=dtype, threads=1) as engine:
            past = a_run(engine)
            print(f"{options.model}, {dtype}, {PROMPT} + {TOKENS} tokens, one thread\n")
            if "what-if" in options.parts:
                print(table(what_if(engine, model, past, options.rounds)), flush=True)
            if "beside" in options.parts:
                print(table(beside(engine, past, options.tokens)), flush=True)
    if "large" in options.parts:
        with tempfile.TemporaryDirectory() as folder:
            print(table(large(Path(folder))))


if __name__ == "__main__":
    main()
