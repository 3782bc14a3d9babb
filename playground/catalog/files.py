"""What a model's folder says about it, read without torch: context, sizes, token counts. Knows nothing of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from playground.catalog.vocabulary import Vocabulary

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


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the model sees it. ``spans`` are (start, end) in characters of the text; a token that was added has an empty one.
    Tokens that hold parts of one character have the same span."""

    ids: list[int]
    spans: list[tuple[int, int]]
    special: dict[int, str]  # id -> how it is written, of those special tokens that are there


def count_tokens(folder: Path, text: str) -> int | None:
    """Tokens of ``text`` as the model sees it, special tokens included; ``None`` without a fast tokenizer."""
    tokenizer = _tokenizer(folder / "tokenizer.json")
    return None if tokenizer is None else len(tokenizer.encode(text).ids)


def encode(folder: Path, text: str, add_special_tokens: bool) -> Tokens | None:
    """The tokens of ``text``; ``None`` without a fast tokenizer. ``add_special_tokens``: those that the tokenizer puts around a text."""
    path = folder / "tokenizer.json"
    tokenizer = _tokenizer(path)
    if tokenizer is None:
        return None
    encoded = tokenizer.encode(text, add_special_tokens=add_special_tokens)
    special = _special(path)
    return Tokens(encoded.ids, encoded.offsets, {token: special[token] for token in encoded.ids if token in special})


@lru_cache(maxsize=4)
def vocabulary(folder: Path) -> Vocabulary | None:
    """Every token of the model's tokenizer; ``None`` without a fast one. Computed once a folder: 0.2 s for 150,000 tokens."""
    tokenizer = _tokenizer(folder / "tokenizer.json")
    return None if tokenizer is None else Vocabulary.of(tokenizer)


def encode_after(folder: Path, after: Sequence[int], text: str) -> list[int] | None:
    """Tokens that spell exactly ``text`` where ``after`` stands before it; ``None`` without a fast tokenizer.

    Some tokenizers read a text that begins with a letter as a word of its own and put a space before it. So the text is first read together
    with what stands before it, then by itself. Raises ``ValueError`` with what was found instead where neither reads the same.
    """
    if (tokenizer := _tokenizer(folder / "tokenizer.json")) is None:
        return None
    before = tokenizer.decode(list(after))
    wanted = before + text
    whole = tokenizer.encode(wanted, add_special_tokens=False)
    cuts = [n for n, (start, _) in enumerate(whole.offsets) if start == len(before)]
    found = [*([whole.ids[cuts[0] :]] if cuts else []), tokenizer.encode(text, add_special_tokens=False).ids]
    for ids in found:
        if ids and tokenizer.decode([*after, *ids]) == wanted:
            return ids
    raise ValueError(tokenizer.decode([*after, *found[-1]])[len(before) :])


@lru_cache(maxsize=16)
def _tokenizer(path: Path) -> Tokenizer | None:
    if not path.is_file():
        return None
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@lru_cache(maxsize=16)
def _special(path: Path) -> dict[int, str]:
    tokenizer = _tokenizer(path)
    added = tokenizer.get_added_tokens_decoder() if tokenizer else {}
    return {token_id: token.content for token_id, token in added.items() if token.special}


def _first(config: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and 0 < value < LARGEST_SANE_CONTEXT:
            return value
    return None
