"""The texts of a game: how a person's is joined to the beginning, how much of the model's is shown, and what an answer is worth. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ENDS = tuple(".!?…。！？”’」』\"'")  # of a sentence
CLOSING = tuple(",.;:!?…)]}’”，。、；：！？）」』")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run has written: the tokens of prompt and output, those that end a text aside."""

    prompt_ids: list[int]
    ids: list[int]
    pieces: list[bytes]
    reason: str  # of its end
    error: Mapping[str, Any] | None


def written(events: Iterable[Mapping[str, Any]]) -> Written:
    """What the events of one run say, as plain maps; its end among them."""
    prompt: list[int] = []
    tokens: list[tuple[int, bytes]] = []
    endings: set[int] = set()
    last: Mapping[str, Any] = {}
    for event in events:
        if event["type"] == "started":
            prompt, endings = list(event["prompt_ids"]), set(event["model"]["eos_token_ids"])
        elif event["type"] == "token":
            tokens.append((event["id"], bytes(event["piece"])))
        last = event
    while tokens and tokens[-1][0] in endings:
        tokens.pop()
    return Written(prompt, [id_ for id_, _ in tokens], [piece for _, piece in tokens], last.get("reason", ""), last.get("error"))


def spelt(pieces: Sequence[bytes]) -> str:
    """What ``pieces`` say, without blanks around it and without half a character at the end."""
    return b"".join(pieces).decode("utf-8", "replace").rstrip("\ufffd").strip()


def whole_sentences(pieces: Sequence[bytes]) -> int:
    """How many of ``pieces`` reach up to the last end of a sentence; all of them where there is none."""
    return next((n for n in range(len(pieces), 0, -1) if spelt(pieces[:n]).endswith(ENDS)), len(pieces))


def joined(prompt: str, text: str) -> str:
    """``text`` with the blank before it that ``prompt`` wants there, if any."""
    tidied = " ".join(text.split())
    bare = not tidied or prompt.endswith((" ", "\n")) or tidied.startswith(CLOSING) or _wide(tidied[0]) or _wide(prompt[-1:])
    return tidied if bare else f" {tidied}"


def matched(picks: Sequence[int], made: Sequence[int], texts: Sequence[str]) -> list[bool]:
    """At a match: which texts got their value. ``made[i]`` is the place of the value that made text i. Values that made the same text are the same."""
    by_value = {value: text for value, text in zip(made, texts, strict=True)}
    return [by_value[pick] == text for pick, text in zip(picks, texts, strict=True)]


def found(pick: int, by_model: Sequence[bool], texts: Sequence[str]) -> bool:
    """At odd one out: whether ``pick`` is the model's text, or one that reads the same."""
    return texts[pick] == texts[by_model.index(True)]


def _wide(character: str) -> bool:
    """Whether it is of a script that sets no blanks between words."""
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
