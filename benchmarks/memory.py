"""What a process holds beyond weights and KV arena: ``python -m benchmarks.memory [--models ...]``.

Each model is loaded in a process of its own. Counted is the resident memory (VmRSS) beyond what the same process had once torch,
transformers and the engine were imported: weights, arena, tokenizer, vocabulary, learnt program, buffers of the libraries, and their
code that is first touched then. The peak (VmHWM) is that of loading. Both are divided by the bytes of the weights and of the arena as it
stands after a run of 64 tokens. Needs Linux.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import MODELS, prompts, table
from inference import Engine, RunSpec, SamplingParams, Watch

PROMPT, TOKENS = 32, 64
BAR = 1.10  # of issue 3, after a run
MIB = 2**20


def resident() -> tuple[float, float]:
    """MiB: now, and at most so far."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    now, most = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def measured(path: Path, dtype: str) -> dict[str, float]:
    """MiB, in a process that has imported everything and loaded nothing."""
    import transformers.models.gpt2.modeling_gpt2
    import transformers.models.llama.modeling_llama
    import transformers.models.qwen2.modeling_qwen2  # noqa: F401

    torch.set_num_threads(1)
    base, _ = resident()
    with Engine.load(path, device="cpu", dtype=dtype, threads=1) as engine:
        loaded, peak = resident()
        (prompt,) = prompts(1, PROMPT, engine.info.vocab_size)
        sampling = SamplingParams(max_tokens=TOKENS, ignore_eos=True, seed=1)
        list(engine.run(RunSpec(prompt_token_ids=prompt, sampling=sampling, watch=Watch(top_n=0, attention="off"))))
        weights, arena = engine.info.weight_bytes / MIB, engine.model.runner.capacity_bytes / MIB
        return {"weights": weights, "arena": arena, "loaded": loaded - base, "peak": peak - base, "run": resident()[0] - base}


def row(name: str) -> dict[str, Any]:
    place, dtype = MODELS[name]
    with tempfile.TemporaryDirectory() as folder:
        # The model is made by a process that ends, so that what making it took is not there to be used again
        subprocess.run([sys.executable, "-m", "benchmarks.memory", "--make", name, folder], check=True)
        path = _made(place, Path(folder))
        told = subprocess.run([sys.executable, "-m", "benchmarks.memory", "--measure", str(path), dtype], check=True, capture_output=True, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    ours = found["weights"] + found["arena"]
    shares = {"after a run over them": found["run"] / ours, "bar": BAR, "peak over them": found["peak"] / ours}
    return {"model": name, **{f"{key}, MiB": round(value) for key, value in found.items()}, **shares}


def _made(place: Any, folder: Path) -> Path:
    """Where the model is that ``place`` has put into ``folder``, or elsewhere."""
    path: Path = folder if (folder / "config.json").exists() else place(folder)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        MODELS[options.make[0]][0](Path(options.make[1]))
    elif options.measure:
        print(json.dumps(measured(Path(options.measure[0]), options.measure[1])))
    else:
        print(table([row(name) for name in options.models]))


if __name__ == "__main__":
    main()
