"""Documents to training rows: tokenised, packed whole into rows of equal length, kept in a memory-mapped file.

A row begins with the end-of-text token and every document ends with one, so the
model always sees where a text begins. Attention is not masked between the
documents of a row. What stays free at the end of a row is padding without loss.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from inference.bundled.text.corpus import Split, documents
from inference.bundled.tokenizer import whole_tokens

ROW = 256  # tokens
END, PADDING = 0, 1  # ids; the first two special tokens
_WAITING = 64  # documents among which the one that fits best is chosen

Rows = NDArray[np.uint16]  # (rows, ROW)


def shard(folder: Path, tokenizer: PreTrainedTokenizerFast, seed: int, count: int) -> Rows:
    """`count` training rows of the seed, generated once and mapped from the file afterwards."""
    path = folder / f"shard-{seed:04d}.npy"
    if not path.exists():
        rows = np.stack(list(islice(pack(_tokenised(tokenizer, seed, "train")), count)))
        part = path.with_suffix(".part.npy")
        np.save(part, rows)
        part.rename(path)
    mapped: Rows = np.load(path, mmap_mode="r")
    return mapped


def pack(texts: Iterator[list[int]]) -> Iterator[Rows]:
    """Rows from endless token lists: takes the longest waiting text that still fits."""
    texts = (text for text in texts if len(text) < ROW - 1)  # a longer one would wait for ever
    waiting = sorted(islice(texts, _WAITING), key=len)
    while True:
        row, space = [END], ROW - 1
        while (place := _last_fitting(waiting, space)) is not None:
            text = waiting.pop(place)
            row += [*text, END]
            space -= len(text) + 1
            waiting = sorted([*waiting, *islice(texts, 1)], key=len)
        yield np.array(row + [PADDING] * space, dtype=np.uint16)


def _last_fitting(waiting: list[list[int]], space: int) -> int | None:
    fitting = [place for place, text in enumerate(waiting) if len(text) < space]
    return fitting[-1] if fitting else None


def _tokenised(tokenizer: PreTrainedTokenizerFast, seed: int, split: Split) -> Iterator[list[int]]:
    source = documents(seed, split, whole_tokens(tokenizer))
    while True:
        batch = [document.text for document in islice(source, 256)]
        yield from tokenizer(batch, add_special_tokens=False)["input_ids"]
