"""Greedy decoding of several requests with a runner alone: they join one after the other. Knows nothing of the scheduler."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from inference.engine.batch import Chunk, Runner

_CHUNK = 16  # prompt tokens a pass


def greedy(runner: Runner, prompts: Sequence[Sequence[int]], count: int) -> list[list[int]]:
    """``count`` tokens after each of ``prompts``; request n joins n steps after the first."""
    assert runner.reserve(len(prompts), max(map(len, prompts)) + count)
    texts = [list(prompt) for prompt in prompts]
    ends = [len(prompt) + count for prompt in prompts]
    pasts = [0] * len(prompts)
    step = 0
    with torch.inference_mode():
        while any(len(text) < end for text, end in zip(texts, ends, strict=True)):
            going = [n for n in range(min(len(prompts), step + 1)) if len(texts[n]) < ends[n]]
            _step(runner, texts, pasts, going)
            step += 1
    return [text[-count:] for text in texts]


def _step(runner: Runner, texts: list[list[int]], pasts: list[int], going: Sequence[int]) -> None:
    chunks = []
    for n in going:
        ids = texts[n][pasts[n] : pasts[n] + _CHUNK]
        pasts[n] += len(ids)
        chunks.append(Chunk(n, ids, pasts[n] - len(ids), 1 if pasts[n] == len(texts[n]) else 0))
    logits = iter(runner.forward(chunks).logits)
    for chunk in chunks:
        if chunk.rows:
            texts[chunk.slot].append(int(next(logits).argmax()))
