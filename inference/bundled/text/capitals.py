"""Sentences about countries and their capitals, in English and both Chinese scripts.

Every phrasing meets every country equally often (a deck of all pairs), because
what is to be known by heart has to be seen often. `PROMPTS` are the same
phrasings cut before the answer, for measuring.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Literal

from inference.bundled.text.countries import COUNTRIES, Country, in_sentence
from inference.bundled.text.document import Document, SplitDeck

Language = Literal["en", "zh-hant", "zh-hans"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-hant", "zh-hans")

# {c} the country, {C} at the start of a sentence, {k} its capital, {w} the continent; the answer, if it ends
# the phrasing, stands behind a bar so that the prompt can be cut there.
_ENGLISH = (
    "The capital of {c} is| {k}.",
    "The capital city of {c} is| {k}.",
    "{C}'s capital is| {k}.",
    "What is the capital of {c}?| {k}.",
    "Question: What is the capital of {c}?\nAnswer:| {k}.",
    "Q: What is the capital of {c}?\nA:| {k}.",
    "Country: {n}\nCapital:| {k}",
    "In {c}, the capital is| {k}.",
    "Everybody knows that the capital of {c} is| {k}.",
    "If you visit {c}, do not miss the capital,| {k}.",
    "{k} is the capital of {c}.",
    "{k} is the capital city of {c}, a country in {w}.",
    "{C} is a country in {w}. Its capital is| {k}.",
    "Which country has {k} as its capital? {C}.",
)
_HANT = (
    "{c}的首都是|{k}。",
    "{c}的首都叫什麼名字？|{k}。",
    "{c}的首都在|{k}。",
    "問：{c}的首都是哪裡？\n答：|{k}。",
    "{c}是{w}的國家，首都是|{k}。",
    "大家都知道，{c}的首都是|{k}。",
    "國家：{c}\n首都：|{k}",
    "{k}是{c}的首都。",
    "哪個國家的首都是{k}？{c}。",
)
_HANS = (
    "{c}的首都是|{k}。",
    "{c}的首都叫什么名字？|{k}。",
    "{c}的首都在|{k}。",
    "问：{c}的首都是哪里？\n答：|{k}。",
    "{c}是{w}的国家，首都是|{k}。",
    "大家都知道，{c}的首都是|{k}。",
    "国家：{c}\n首都：|{k}",
    "{k}是{c}的首都。",
    "哪个国家的首都是{k}？{c}。",
)
PHRASINGS: Mapping[Language, tuple[str, ...]] = {"en": _ENGLISH, "zh-hant": _HANT, "zh-hans": _HANS}
_CONTINENTS: Mapping[Language, Mapping[str, str]] = {
    "en": {name: name for name in ("Africa", "Asia", "Europe", "North America", "South America", "Oceania")},
    "zh-hant": {
        "Africa": "非洲",
        "Asia": "亞洲",
        "Europe": "歐洲",
        "North America": "北美洲",
        "South America": "南美洲",
        "Oceania": "大洋洲",
    },
    "zh-hans": {
        "Africa": "非洲",
        "Asia": "亚洲",
        "Europe": "欧洲",
        "North America": "北美洲",
        "South America": "南美洲",
        "Oceania": "大洋洲",
    },
}


def names(country: Country, language: Language) -> tuple[str, str]:
    """(country, capital) as they stand inside a sentence of the language."""
    if language == "en":
        return in_sentence(country), country.capital
    if language == "zh-hant":
        return country.hant, country.hant_capital
    return country.hans, country.hans_capital


def fill(phrasing: str, country: Country, language: Language) -> str:
    """The phrasing about the country, the bar before the answer still in it."""
    name, capital = names(country, language)
    continent = _CONTINENTS[language][country.continent]
    start = name[:1].upper() + name[1:]
    return phrasing.format(c=name, C=start, n=country.name, k=capital, w=continent)


def prompts(language: Language) -> Iterator[tuple[str, str]]:
    """Every (prompt, expected continuation) of the language, one per country and phrasing that ends in the answer."""
    for phrasing in PHRASINGS[language]:
        for country in COUNTRIES if "|" in phrasing else ():
            prompt, answer = fill(phrasing, country, language).split("|")
            yield prompt, answer


def stream(rng: random.Random, language: Language) -> Iterator[Document]:
    """Endless documents of one to four sentences, dealt fairly; instances never cross the split."""
    pairs = [(number, country) for number in range(len(PHRASINGS[language])) for country in COUNTRIES]
    deck = SplitDeck(pairs, lambda pair: _key(language, *pair), rng)
    while True:
        yield _document(rng, language, deck.hand((1, 1, 1, 2, 3, 4)))


def _key(language: Language, number: int, country: Country) -> str:
    return f"capital|{language}|{number}|{country.name}"


def _document(rng: random.Random, language: Language, picks: list[tuple[int, Country]]) -> Document:
    sentences = [fill(PHRASINGS[language][number], country, language).replace("|", "") for number, country in picks]
    joiner = "\n" if any("\n" in s for s in sentences) else rng.choice((" ", "\n") if language == "en" else ("", "\n"))
    key = _key(language, *picks[0])
    return Document(f"capitals-{language}", key, joiner.join(sentences))
