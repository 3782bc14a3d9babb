"""Packing of documents into training rows."""

import itertools
from pathlib import Path

import numpy as np

from inference.bundled import MAIN
from inference.bundled.packing import END, PADDING, ROW, pack, shard
from inference.bundled.tokenizer import load


def test_every_document_arrives_whole_once_and_between_end_tokens() -> None:
    texts = [[10 + n] * (1 + n * 37 % 240) for n in range(400)]
    rows = list(itertools.islice(pack(iter([*texts, *itertools.repeat([9], 60)])), 400))
    found = [part for row in rows for part in _documents(row.tolist())]
    assert sorted(part for part in found if part != [9]) == sorted(texts)


def test_a_row_begins_with_the_end_token_and_pads_only_at_its_end() -> None:
    row = next(pack(iter([[7, 8]] * 4 + [[5] * 600])))
    assert row.tolist() == [END, 7, 8, END, 7, 8, END, 7, 8, END, 7, 8, END] + [PADDING] * (ROW - 13)


def test_a_shard_is_made_once_and_mapped_afterwards(tmp_path: Path) -> None:
    tokenizer = load(MAIN)
    made = np.array(shard(tmp_path, tokenizer, seed=5, count=3))
    assert made.shape == (3, ROW)
    assert (shard(tmp_path, tokenizer, seed=5, count=3) == made).all()
    assert [path.name for path in tmp_path.iterdir()] == ["shard-0005.npy"]


def _documents(row: list[int]) -> list[list[int]]:
    parts = [list(group) for end, group in itertools.groupby((t for t in row if t != PADDING), lambda t: t == END) if not end]
    return parts
