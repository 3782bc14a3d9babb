"""What the generators have in common: a document, its split, and fair decks to draw from.

Knows nothing of any language or kind of text.
"""

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

HELD_OUT_SHARE = 0.04
CLOSED = "closed|"  # how the key of such a document begins


@dataclass(frozen=True)
class Document:
    """One text of the corpus.

    kind: the name under which it is weighted and measured.
    key: the content that identifies the instance (template and fillers), not its accidental wording; it
        alone decides the split, so that no two splits share an instance.
    """

    kind: str
    key: str
    text: str


def is_held_out(document: Document) -> bool:
    """Whether the document belongs to the held-out split: a hash of its key, the same on every machine.

    Closed sets (the days of the week) are known whole or not at all, so nothing of them is held out.
    """
    if document.key.startswith(CLOSED):
        return False
    digest = hashlib.blake2b(document.key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < HELD_OUT_SHARE * 2**64


class Deck(Generic[T]):
    """Deals every item equally often: shuffles, deals all, shuffles again."""

    def __init__(self, items: Sequence[T], rng: random.Random) -> None:
        self._items = list(items)
        self._rng = rng
        self._cards = self._deal()

    def draw(self) -> T:
        return next(self._cards)

    def _deal(self) -> Iterator[T]:
        while True:
            yield from self._rng.sample(self._items, len(self._items))


class SplitDeck(Generic[T]):
    """Deals hands of cards that lie on one side of the split: a held-out card never meets a training text."""

    def __init__(self, cards: Sequence[T], key: Callable[[T], str], rng: random.Random) -> None:
        held = [is_held_out(Document("", key(card), "")) for card in cards]
        self._rng = rng
        self._train = Deck([card for card, out in zip(cards, held, strict=True) if not out], rng)
        self._held_out = Deck([card for card, out in zip(cards, held, strict=True) if out], rng)

    def hand(self, sizes: Sequence[int]) -> list[T]:
        deck = self._held_out if self._rng.random() < HELD_OUT_SHARE else self._train
        return [deck.draw() for _ in range(self._rng.choice(sizes))]
