"""Tokens per second of the engine over what one would take instead on a CPU: ``python -m benchmarks.others [--quick]``.

CTranslate2 (``pip install --no-deps ctranslate2==4.8.5 pyyaml``; no dependency of ours) on the same random weights of the shape of GPT-2 124M,
exported by its own converter. Greedy, a static batch with prompts of one length, text only; both sides take turns in one process, and
the median of the ratios of neighbours is reported. Its first tokens must be ours, or something else is being measured.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models

from benchmarks.common import MODELS, median, prompts, table
from benchmarks.loops import NOTHING, Prompts, engine_rate
from inference import Engine, RunSpec, SamplingParams
from inference.events import Token

PROMPT = 32
SAME = 4  # tokens that must be alike: later on the two kinds of arithmetic may part
PAIRS = {  # what the engine runs in: what CTranslate2 does (it has no bfloat16 on such processors)
    "float32": ["float32"],
    "bfloat16": ["float32", "int8"],
}


def exported(path: Path, folder: Path, vocab: int) -> Path:
    """The model at ``path`` as CTranslate2 reads it. Token n is called ``n``."""
    from ctranslate2.converters import TransformersConverter  # type: ignore[import-not-found,unused-ignore]

    source = shutil.copytree(path, folder / "source")
    core = Tokenizer(models.WordLevel({str(n): n for n in range(vocab)}, unk_token="0"))  # noqa: S106
    transformers.PreTrainedTokenizerFast(tokenizer_object=core, unk_token="0", bos_token="0", eos_token="0").save_pretrained(source)  # noqa: S106
    TransformersConverter(str(source)).convert(str(folder / "ctranslate2"))
    return folder / "ctranslate2"


def generated(generator: Any, ids: Prompts, tokens: int) -> list[list[int]]:
    starts = [[str(token) for token in row] for row in ids]
    results = generator.generate_batch(starts, max_length=tokens, min_length=tokens, sampling_topk=1, include_prompt_in_result=False, max_batch_size=0)
    return [result.sequences_ids[0] for result in results]


def rate(generator: Any, ids: Prompts, tokens: int) -> float:
    """Tokens per second, the prompts included."""
    before = time.perf_counter()
    out = generated(generator, ids, tokens)
    assert {len(row) for row in out} == {tokens}
    return len(ids) * tokens / (time.perf_counter() - before)


def compared(engine: Engine, generator: Any, kinds: tuple[str, str], batch: int, options: argparse.Namespace) -> dict[str, Any]:
    ids = prompts(batch, PROMPT, engine.info.vocab_size)
    own = partial(engine_rate, engine, ids, options.tokens, [({"temperature": 0.0}, NOTHING)])
    other = partial(rate, generator, ids, options.tokens)
    if kinds == ("float32", "float32"):
        assert generated(generator, ids[:1], SAME)[0] == _first(engine, ids[0]), "the two do not run the same model"
    return {"batch": batch, "engine": kinds[0], "CTranslate2": kinds[1], **_turns(own, other, options.rounds)}


def _turns(own: Callable[[], float], other: Callable[[], float], rounds: int) -> dict[str, float]:
    for warm_up in (own, other):
        warm_up()
    pairs = [(_spent(own), _spent(other)) for _ in range(rounds)]
    return {
        "tokens/s": median([one for (one, _), _ in pairs]),
        "its tokens/s": median([two for _, (two, _) in pairs]),
        "ratio": median([one / two for (one, _), (two, _) in pairs]),
        "ratio of tokens per second of processor time": median([its / mine for (_, mine), (_, its) in pairs]),
    }


def _spent(act: Callable[[], float]) -> tuple[float, float]:
    """What ``act`` gives, and its seconds of processor time: on a machine that others use, the steadier of the two."""
    before = time.process_time()
    return act(), time.process_time() - before


def _first(engine: Engine, prompt: Sequence[int]) -> list[int]:
    sampling = SamplingParams(temperature=0.0, max_tokens=SAME, ignore_eos=True)
    events = engine.run(RunSpec(prompt_token_ids=tuple(prompt), sampling=sampling, watch=NOTHING))
    return [event.id for event in events if isinstance(event, Token)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="one request, three rounds")
    options = parser.parse_args()
    if options.quick:
        options.batch, options.rounds = [1], 3
    try:
        import ctranslate2  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        print("not measured: pip install --no-deps ctranslate2==4.8.5 pyyaml")
        return 0
    torch.set_num_threads(options.threads)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = MODELS["GPT-2 124M"][0](Path(folder) / "model")
        weights = None
        for dtype, others in PAIRS.items():
            with Engine.load(path, device="cpu", dtype=dtype, threads=options.threads) as engine:
                weights = weights or exported(path, Path(folder), engine.info.vocab_size)
                for other in others:
                    generator = ctranslate2.Generator(str(weights), device="cpu", compute_type=other, inter_threads=1, intra_threads=options.threads)
                    rows += [compared(engine, generator, (dtype, other), batch, options) for batch in options.batch]
                    del generator
    print(f"{options.threads} thread(s), prompts of {PROMPT} tokens, {options.tokens} new ones, {options.rounds} rounds, CTranslate2 {ctranslate2.__version__}")
    print(table(rows), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
