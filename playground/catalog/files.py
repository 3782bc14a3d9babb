"""What a model's folder says about it, read without torch: context, sizes, token counts. Knows nothing of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

LARGEST_SANE_CONTEXT = 10_000_000  # some configs write 1e30 for "no limit"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Numbers of the picker. ``None``: the config does not say."""

    context: int | None
    vocab_size: int | None
    layers: int | None
    heads: int | None
    weight_bytes: int


@lru_cache(maxsize=64)
def facts(folder: Path) -> ModelFacts:
    """Read ``config.json``. Raises ``OSError`` or ``ValueError`` where the folder is no model."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    text = config.get("text_config", config)
    return ModelFacts(
        context=_first(text, "max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"),
        vocab_size=_first(text, "vocab_size"),
        layers=_first(text, "num_hidden_layers", "n_layer", "num_layers"),
        heads=_first(text, "num_attention_heads", "n_head", "num_heads"),
        weight_bytes=sum(path.stat().st_size for path in folder.glob("*.safetensors")),
    )


def count_tokens(folder: Path, text: str) -> int | None:
    """Tokens of ``text`` as the model sees it, special tokens included; ``None`` without a fast tokenizer."""
    tokenizer = _tokenizer(folder / "tokenizer.json")
    return None if tokenizer is None else len(tokenizer.encode(text).ids)


@lru_cache(maxsize=16)
def _tokenizer(path: Path) -> Tokenizer | None:
    if not path.is_file():
        return None
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _first(config: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and 0 < value < LARGEST_SANE_CONTEXT:
            return value
    return None
