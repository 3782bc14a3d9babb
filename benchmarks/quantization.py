"""What int8 and int4 weights cost and spare: KL divergence, agreement of the first token, perplexity, bytes, time a step.

Against the same model in float32 on the bundled model's kind of text, and on a random GPT-2 of 124M parameters. Step times are ratios
over the bfloat16 model in the same process, medians of interleaved steps.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import transformers

from benchmarks.common import BUNDLED_MAIN, median, prompts, table
from benchmarks.loops import NOTHING, engine_gap
from inference import Engine
from inference.engine.loading import LoadedModel, load_model
from tests.inference.models import byte_tokenizer

TEXT = (
    "Once upon a time there was a small fox who lived at the edge of a quiet wood. One day the fox found a red kite in a tree. "
    "The capital of France is Paris. The capital of Japan is Tokyo. One, two, three, four, five, six, seven, eight, nine, ten. "
)
STEPS, ROUNDS, TOKENS = 12, 5, 16
KINDS = (("float32", "none"), ("bfloat16", "none"), ("float32", "int8"), ("bfloat16", "int8"), ("float32", "int4"), ("bfloat16", "int4"))


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        print(table(measured("bundled", BUNDLED_MAIN)))
        print()
        print(table(measured("124M random", _gpt2(Path(folder)))))
        print()
        print(table(through_the_engine(Path(folder))))


def measured(name: str, folder: Path) -> list[dict[str, Any]]:
    models = {kind: load_model(folder, device="cpu", dtype=kind[0], quantization=kind[1]) for kind in KINDS}
    ids = torch.tensor([_ids(models["float32", "none"])])
    wanted = _logprobs(models["float32", "none"], ids)
    steps = _step_seconds(models)
    rows = []
    for kind, loaded in models.items():
        found = _logprobs(loaded, ids)
        rows.append(
            {
                "model": name,
                "computed in": kind[0],
                "weights": kind[1],
                "MiB": loaded.weight_bytes / 2**20,
                "mean KL (nats)": f"{float((wanted.exp() * (wanted - found)).sum(-1).mean()):.5f}",
                "same first token": f"{float((wanted.argmax(-1) == found.argmax(-1)).double().mean()):.3f}",
                "perplexity": _perplexity(found, ids),
                "step / bfloat16": steps[kind] / steps["bfloat16", "none"],
            }
        )
    return rows


def through_the_engine(folder: Path) -> list[dict[str, Any]]:
    """Tokens per second of greedy runs, computed in bfloat16, over those with plain weights, all kinds in turns."""
    engines = {kind: Engine.load(folder, device="cpu", dtype="bfloat16", quantization=kind, threads=1) for kind in ("none", "int8", "int4")}
    rows = []
    for batch in (1, 8):
        ids = prompts(batch, 32, engines["none"].info.vocab_size)
        gaps = [
            {kind: engine_gap(engine, ids, TOKENS, ({"temperature": 0.0}, NOTHING)) for kind, engine in engines.items()}
            for _ in range(ROUNDS + 1)
        ]
        ratios = {f"{kind} over bfloat16": median([gap["none"] / gap[kind] for gap in gaps[1:]]) for kind in ("int8", "int4")}
        rows.append({"model": "124M random", "batch": batch, **ratios})
    for engine in engines.values():
        engine.close()
    return rows


def _gpt2(folder: Path) -> Path:
    torch.manual_seed(0)
    config = transformers.GPT2Config(initializer_range=0.08, tie_word_embeddings=False)
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


def _ids(loaded: LoadedModel) -> list[int]:
    found: list[int] = loaded.tokenizer(TEXT)["input_ids"][:200]
    return found


def _logprobs(loaded: LoadedModel, ids: torch.Tensor) -> torch.Tensor:
    """(positions, V) float64."""
    with torch.inference_mode():
        return torch.log_softmax(loaded.model(input_ids=ids).logits[0].double(), -1)


def _perplexity(logprobs: torch.Tensor, ids: torch.Tensor) -> float:
    return float((-logprobs[:-1].gather(1, ids[0, 1:, None]).mean()).exp())


def _step_seconds(models: dict[tuple[str, str], LoadedModel]) -> dict[tuple[str, str], float]:
    """One token after another without a cache: what the weights cost."""
    times: dict[tuple[str, str], list[float]] = {kind: [] for kind in models}
    with torch.inference_mode():
        for _ in range(STEPS):
            for kind, loaded in models.items():
                before = time.perf_counter()
                loaded.model(input_ids=torch.tensor([[5]]), use_cache=False)
                times[kind].append(time.perf_counter() - before)
    return {kind: median(values) for kind, values in times.items()}


if __name__ == "__main__":
    main()
