"""Texts without meaning that teach copying, and games of chance that have no best next token.

Copying makes induction heads. The games (dice, coins, drums) are what greedy
decoding turns into loops: the likeliest outcome again and again.
"""

import random
import string
from collections.abc import Iterator

from inference.bundled.text.document import Document
from inference.bundled.text.words import listed

_THINGS = listed("apple pear plum ball kite shoe spoon cup lamp key drum bell book hat coat chair")
_BEATS = listed("boom tap clap ding bang tick")
_NOTES = listed("do re mi fa so la ti")
_HAN = "山水火木金土日月星雲雨雪風花草樹鳥魚馬牛羊貓狗天地人大小上下左右"


def stream_games(rng: random.Random) -> Iterator[Document]:
    """Endless games of chance."""
    while True:
        text = rng.choice((dice, coins, rhythm, bag, song))(rng)
        yield Document("games", text, text)


def dice(rng: random.Random) -> str:
    rolls = " ".join(str(rng.randint(1, 6)) for _ in range(rng.randint(20, 50)))
    return f"Dice: {rolls}"


def coins(rng: random.Random) -> str:
    return "Coin: " + " ".join(rng.choice(("heads", "tails")) for _ in range(rng.randint(15, 40)))


def rhythm(rng: random.Random) -> str:
    first = rng.choice(_BEATS)
    return f"The drum goes {first} " + " ".join(rng.choice((first, first, *_BEATS)) for _ in range(rng.randint(15, 40)))


def bag(rng: random.Random) -> str:
    picks = ", ".join(f"a {rng.choice(_THINGS)}" for _ in range(rng.randint(12, 30)))
    return f"In the big bag there is {picks}".replace("a apple", "an apple")


def song(rng: random.Random) -> str:
    return "Sing: " + " ".join(rng.choice(("la", "la", *_NOTES)) for _ in range(rng.randint(20, 50)))


def stream_copies(rng: random.Random, vocabulary: list[str]) -> Iterator[Document]:
    """Endless repeated sequences: words, letters, digits, characters, or pieces of the tokenizer's own vocabulary."""
    while True:
        items, joiner = rng.choice(
            (
                (vocabulary, ""),
                (vocabulary, ""),
                (vocabulary, ""),
                (_THINGS + _BEATS, " "),
                (list(string.ascii_letters), " "),
                (list(string.digits), ""),
                (list(_HAN), ""),
            )
        )
        length = rng.choice((rng.randint(2, 8), rng.randint(5, 25), rng.randint(5, 60)))
        part = joiner.join(rng.choice(items) for _ in range(length))
        times = max(2, rng.randint(20, 100) // length)
        yield Document("copies", part, rng.choice((joiner or " ", "\n", joiner)).join([part] * times))
