"""The chat template in a model's folder, and the special tokens that it may name. Knows nothing of rendering or of the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

# `SPECIAL_TOKENS_ATTRIBUTES` of transformers
SPECIAL_TOKENS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
MAX_TEMPLATE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A Jinja template, as the model's makers wrote it, and the special tokens by name."""

    text: str
    special_tokens: dict[str, str]


@lru_cache(maxsize=64)
def chat_template(folder: Path) -> ChatTemplate | None:
    """The template that ``apply_chat_template`` would take; ``None`` where the model has none. Raises ``OSError`` or ``ValueError``."""
    config = _json(folder / "tokenizer_config.json")
    text = _template_file(folder) or _default(config.get("chat_template"))
    if text is None:
        return None
    names = {**_json(folder / "special_tokens_map.json"), **config}
    tokens = {name: content for name in SPECIAL_TOKENS if (content := _content(names.get(name))) is not None}
    return ChatTemplate(text, tokens)


def _template_file(folder: Path) -> str | None:
    """A file of its own goes before what the tokenizer's configuration holds."""
    path = folder / "chat_template.jinja"
    if not path.is_file():
        return None
    if path.stat().st_size > MAX_TEMPLATE_BYTES:
        raise ValueError(f"{path.name} is larger than {MAX_TEMPLATE_BYTES} bytes")
    return path.read_text(encoding="utf-8")


def _default(template: Any) -> str | None:
    """Of several templates, the one called ``default``."""
    if isinstance(template, list):
        template = {entry["name"]: entry["template"] for entry in template}.get("default")
    return template if isinstance(template, str) else None


def _content(token: Any) -> str | None:
    """A token is written as a string, or as a map with its content."""
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else None


def _json(path: Path) -> dict[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return value if isinstance(value, dict) else {}
