"""Tiny stories in English: a plot is a row of beats, a beat a choice of wordings, a wording has slots.

The cast is drawn once, so names, pronouns and objects stay the same from the first
line to the last. The words are in `lexicon_en`, the plots in `plots/en`.

Slots: N hero with he/him/his/self/He/His/child; F friend and E elder with the same,
prefixed f and e; O thing, jO thing with its adjective, aO with an article; P place;
A animal, aA with an article; C colour; D treat, aD; H hideout; K skill; S weather
sentence; W time, W_ inside a sentence; T trait, aT. In animal plots: aN "a little
fox", N2 "fox", and aF, F2 for the friend. A trailing _ is a capital letter.
"""

import random
from collections.abc import Iterator

from inference.bundled.text import lexicon_en as words
from inference.bundled.text.document import Document
from inference.bundled.text.plots import Plot, load

SHELF = load("en")


def stream(rng: random.Random) -> Iterator[Document]:
    """Endless stories. The key is plot, hero, place and object: what a held-out story combines anew."""
    while True:
        plot = rng.choice(SHELF.plots)
        cast = draw_cast(rng, plot)
        key = f"story|en|{plot.name}|{cast['N']}|{cast['P']}|{cast['O']}"
        yield Document("stories-en", key, tell(rng, plot, cast))


def draw_cast(rng: random.Random, plot: Plot) -> dict[str, str]:
    """Fillers for every slot: N hero, F friend, E elder, A animal, O object, P place and their pronouns."""
    hero, friend = rng.sample(words.PEOPLE, 2)
    elder = rng.choice(words.ELDERS)
    adjective, thing = rng.choice(words.ADJECTIVES), rng.choice(words.THINGS)
    cast = {
        "O": thing,
        "aO": words.with_article(f"{adjective} {thing}"),
        "jO": f"{adjective} {thing}",
        "C": rng.choice(words.COLORS),
        "P": rng.choice(words.PLACES),
        "A": rng.choice(words.ANIMALS),
        "S": rng.choice(words.SKIES),
        "D": rng.choice(words.TREATS),
        "H": rng.choice(words.HIDEOUTS),
        "K": rng.choice(words.SKILLS),
        "W": rng.choice(words.DAYS),
        "T": rng.choice(words.TRAITS),
    }
    cast |= {f"a{slot}": words.with_article(cast[slot]) for slot in "ATD"}
    for letter, person in (("", hero), ("f", friend), ("e", elder)):
        cast |= words.pronouns(person, letter)
    if plot.animals:
        cast |= words.animal_cast(rng)
    return cast | {"W_": _lower_first(cast["W"])} | {f"{s}_": _upper_first(cast[s]) for s in ("aA", "aF", "P") if s in cast}


def tell(rng: random.Random, plot: Plot, cast: dict[str, str]) -> str:
    """One telling: one wording a beat, now and then an interlude, an ending that comes back to the hero."""
    beats = [rng.choice(beat) for beat in plot.beats]
    if rng.random() < 0.5 and not plot.animals:
        beats.insert(1, rng.choice(SHELF.interludes))
    if "{N}" not in beats[-1]:
        beats.append(rng.choice(SHELF.homecomings))
    elif rng.random() < 0.6:
        beats.append(rng.choice(SHELF.closings))
    sentences = [beat.format(**cast) for beat in beats]
    breaks = rng.random() < 0.25
    return "".join(s + _gap(rng, breaks) for s in sentences[:-1]) + sentences[-1]


def _lower_first(words: str) -> str:
    return words[0].lower() + words[1:]


def _upper_first(words: str) -> str:
    return words[0].upper() + words[1:]


def _gap(rng: random.Random, breaks: bool) -> str:
    return "\n\n" if breaks and rng.random() < 0.5 else " "
