"""What the benchmarks share: the models that are measured, medians, a table. Knows nothing of what is measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers

from inference.sources import BUNDLED
from tests.inference.models import byte_tokenizer

BUNDLED_MAIN = BUNDLED / "main"


def gpt2_124m(folder: Path) -> Path:
    """GPT-2's shape with random weights, written to ``folder``."""
    return _written(transformers.GPT2Config(eos_token_id=None, bos_token_id=None), folder)


def qwen2_500m(folder: Path) -> Path:
    """Qwen2-0.5B's shape with random weights, written to ``folder``."""
    config = transformers.Qwen2Config(
        vocab_size=151_936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
        max_position_embeddings=4096, tie_word_embeddings=True, eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    return _written(config, folder)


def _written(config: Any, folder: Path) -> Path:
    torch.manual_seed(0)
    transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return folder


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


# by name: where the model is, and the type in which it runs
MODELS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "bundled": (measured_model, "float32"),
    "GPT-2 124M": (gpt2_124m, "float32"),
    "GPT-2 124M bf16": (gpt2_124m, "bfloat16"),
    "Qwen2 0.5B bf16": (qwen2_500m, "bfloat16"),
}


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
