"""The lessons that there are, read once. A key names a language and a lesson: ``en/tokens``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from playground.classroom.lessons.shape import Lesson

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "zh-hant", "zh-hans")
NAMES = ("tokens", "knobs", "attention")  # in the order in which they are offered


@cache
def shelf() -> Mapping[str, Lesson]:
    """All of them, by key. Raises ``ValidationError`` where a file is none."""
    keys = [f"{language}/{name}" for language in LANGUAGES for name in NAMES]
    return MappingProxyType({key: Lesson.model_validate(tomllib.loads((FOLDER / f"{key}.toml").read_text("utf-8"))) for key in keys})


def find(key: str) -> Lesson | None:
    return shelf().get(key)
