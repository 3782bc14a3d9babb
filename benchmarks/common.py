"""What the benchmarks share: the model that is measured, medians, a table. Knows nothing of what is measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers

from inference.sources import BUNDLED
from tests.inference.models import byte_tokenizer

BUNDLED_MAIN = BUNDLED / "main"


def measured_model(folder: Path) -> Path:
    """The bundled model; where it has not been trained, one of the same shape with random weights, written to ``folder``."""
    if (BUNDLED_MAIN / "config.json").exists():
        return BUNDLED_MAIN
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=4096, hidden_size=256, intermediate_size=704, num_hidden_layers=6, num_attention_heads=8, num_key_value_heads=4,
        max_position_embeddings=1024, initializer_range=0.12, tie_word_embeddings=False, eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


def prompts(count: int, length: int, vocab_size: int) -> list[tuple[int, ...]]:
    """``count`` prompts of random token ids, the same ones every time."""
    generator = torch.Generator().manual_seed(1)
    ids: list[list[int]] = torch.randint(5, vocab_size - 5, (count, length), generator=generator).tolist()
    return [tuple(row) for row in ids]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with the same keys as a Markdown table."""
    heads = list(rows[0])
    lines = [heads, ["---"] * len(heads), *([_cell(row[head]) for head in heads] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
