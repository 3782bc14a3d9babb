"""What a constraint costs: `python -m benchmarks.constraints [--quick]`. Milliseconds of processor time of one thread.

``ready``: until a vocabulary can follow its first constraint; ``compile``: until a new constraint can begin; ``mask``: what may come next, once
a step; ``step``: ``choose`` with that mask for one row that nobody watches, and ``step without`` the same without a constraint.

The vocabularies are byte-level ones of pieces of words of Python's own library. Tokens are drawn at random from those allowed, which leads to
more different places of a grammar than a model would.
"""

from __future__ import annotations

import argparse
import re
import sysconfig
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from benchmarks.common import table
from benchmarks.sampling import logits
from inference.decoding.constraint import TokenGuide, Vocabulary
from inference.pieces import Pieces
from inference.sampling.sampler import Sampler, choose
from inference.spec import SamplingParams, Watch

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}}},
    "required": ["name", "age", "tags"],
}
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "choice of 3": {"choice": ("red", "green", "a much longer choice")},
    "regex, a date": {"regex": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}"},
    "regex, any words": {"regex": "([a-z]+ )+"},
    "regex, any text": {"regex": "(?s:.){1,400}"},
    "JSON schema": {"json_schema": PERSON},
    "JSON, any": {"json_schema": True},
    "grammar, sums": {"grammar": 'start: sum\nsum: product ("+" product)*\nproduct: value ("*" value)*\nvalue: /[0-9]{1,9}/ | "(" sum ")"'},
}
STEPS = 150


def pieces(vocab: int) -> Pieces:
    """Of a real tokenizer, though one that could only read single words."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = islice((word for word in _words() if len(word) > 1), vocab - len(alphabet) - 1)
    entries = {word: number for number, word in enumerate([*alphabet, *words, "<|end|>"])}
    core = Tokenizer(models.WordLevel(entries, unk_token="<|end|>"))  # noqa: S106
    core.decoder = decoders.ByteLevel()
    return Pieces(transformers.PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<|end|>"))  # noqa: S106


def _words() -> Iterator[str]:
    """Distinct beginnings of words, the space before them as byte-level vocabularies write it."""
    seen: set[str] = set()
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        for word in re.findall(r" ?[!-~]+", path.read_text(encoding="utf-8", errors="ignore")):
            for end in range(2, min(len(word), 14) + 1):
                piece = word[:end].replace(" ", "Ġ")
                if piece not in seen:
                    seen.add(piece)
                    yield piece


def spent_ms(act: Callable[[], object], times: int) -> float:
    """Median over ``times``."""
    spent = []
    for _ in range(times):
        before = time.thread_time()
        act()
        spent.append((time.thread_time() - before) * 1e3)
    return float(np.median(spent))


def walk(start: TokenGuide, seed: int = 0) -> tuple[list[float], list[int]]:
    """Milliseconds of each mask, and how many tokens it left, on the way to the end or for so many steps."""
    rng, guide, took, left = np.random.default_rng(seed), start, list[float](), list[int]()
    while len(took) < STEPS:
        before = time.thread_time()
        allowed = ~guide.forbidden
        took.append((time.thread_time() - before) * 1e3)
        left.append(guide.allowed)
        if guide.done:
            break
        guide.advance(int(rng.choice(np.flatnonzero(allowed[:-1]))))
    return took, left


def measure(vocab: int) -> Iterator[dict[str, Any]]:
    spelled = pieces(vocab)
    ready = spent_ms(lambda: Vocabulary(spelled, vocab).guide(SamplingParams(regex="a"), []), 3)
    words = Vocabulary(spelled, vocab)
    free = step(vocab, SamplingParams(temperature=0.8), lambda: None)
    for name, settings in CONSTRAINTS.items():
        params = SamplingParams.model_validate({"temperature": 0.8, "ignore_eos": True, **settings})
        first, begin = _first(words, params)
        walks = [walk(begin(), seed) for seed in range(8)]
        took = np.array([ms for one, _ in walks for ms in one[1:]])  # the first mask is part of what is compiled
        yield {
            "V": f"{vocab:,}",
            "constraint": name,
            "ready": round(ready),
            "compile": first,
            "tokens left": int(np.median([n for _, left in walks for n in left])),
            "mask p50": f"{np.median(took):.3f}",
            "mask p99": f"{np.quantile(took, 0.99):.2f}",
            "worst": f"{took.max():.1f}",
            "step": f"{step(vocab, params, begin):.3f}",
            "step without": f"{free:.3f}",
        }


def _first(words: Vocabulary, params: SamplingParams) -> tuple[float, Callable[[], TokenGuide]]:
    """Milliseconds until the first guide of ``params`` is there, and how to get more."""

    def begin() -> TokenGuide:
        guide = words.guide(params, [])
        assert guide is not None
        return guide

    before = time.thread_time()
    begin()
    return (time.thread_time() - before) * 1e3, begin


def step(vocab: int, params: SamplingParams, guide: Callable[[], TokenGuide | None]) -> float:
    """Milliseconds for ``choose`` on one row that nobody watches, the mask being there already."""
    sampler = Sampler(
        params, seed=1, prompt_ids=[], vocab_size=vocab, eos_token_ids=[], pieces=lambda token: b"", guide=guide()
    )
    scores = logits("zipf", 1, vocab)
    return spent_ms(partial(choose, scores, [sampler], [Watch(top_n=0)]), 60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only V = 4096")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    loaded = np.empty(31 * 2**20, dtype=np.uint8)  # as in benchmarks.sampling
    del loaded
    sizes = (4096,) if quick else (4096, 50_257, 151_936)
    print(table([row for vocab in sizes for row in measure(vocab)]))


if __name__ == "__main__":
    main()
