"""One list of what is forbidden, as it travels with a run. Knows nothing of how it is matched."""

from __future__ import annotations

from typing import Literal

from inference.spec import Spec

MAX_ENTRIES = 5000
MAX_CHARACTERS = 100_000  # of all entries of a list together: the list travels with every run


class Filter(Spec):
    """``says`` is what people are told at a hit, by language; ``""`` is the one for all other languages."""

    name: str
    kind: Literal["literals", "patterns"]
    entries: tuple[str, ...]
    whole_words: bool = False
    ignore_case: bool = True
    on_prompt: bool = True
    on_output: bool = True
    says: tuple[tuple[str, str], ...] = ()

    @property
    def policy(self) -> dict[str, str]:
        return dict(self.says)
