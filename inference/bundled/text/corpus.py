"""The mix: which kinds of text the model reads, and how much of each.

`documents(seed, split)` is the one door to the generator; the same seed gives
the same documents on every machine.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Literal

from inference.bundled.text import capitals, facts, patterns, sequences, stories_en, stories_zh
from inference.bundled.text.chat import Chat
from inference.bundled.text.document import Document, is_held_out

Split = Literal["train", "held-out"]

# Shares of documents (not of tokens: a story is five to ten times as long as a fact).
MIX: Mapping[str, float] = {
    "stories-en": 0.36,
    "stories-zh-hant": 0.065,
    "stories-zh-hans": 0.065,
    "capitals-en": 0.14,
    "capitals-zh-hant": 0.08,
    "capitals-zh-hans": 0.06,
    "facts-en": 0.09,
    "facts-zh-hant": 0.04,
    "facts-zh-hans": 0.04,
    "sequences": 0.07,
    "copies": 0.03,
    "games": 0.005,
    "chat": 0.12,
}


def documents(seed: int, split: Split, vocabulary: list[str], kinds: Mapping[str, float] = MIX) -> Iterator[Document]:
    """Endless documents of one split, the kinds mixed by weight.

    vocabulary: texts of single tokens, the material of the copied sequences.
    """
    rng = random.Random(f"{seed}|{split}")
    sources = {kind: source for kind, source in _sources(rng, vocabulary).items() if kind in kinds}
    names, weights = list(sources), [kinds[kind] for kind in sources]
    while True:
        document = next(sources[rng.choices(names, weights)[0]])
        if is_held_out(document) is (split == "held-out"):
            yield document


def _sources(rng: random.Random, vocabulary: list[str]) -> dict[str, Iterator[Document]]:
    sources = {f"capitals-{name}": capitals.stream(rng, name) for name in capitals.LANGUAGES}
    sources |= {f"facts-{name}": facts.stream(rng, name) for name in capitals.LANGUAGES}
    sources |= {f"stories-{name}": stories_zh.stream(rng, name) for name in ("zh-hant", "zh-hans")}
    return sources | {
        "stories-en": stories_en.stream(rng),
        "sequences": sequences.stream(rng),
        "copies": patterns.stream_copies(rng, vocabulary),
        "games": patterns.stream_games(rng),
        "chat": Chat(rng).stream(),
    }
