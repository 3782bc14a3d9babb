"""Are its stories stories? Names kept, pronouns right, an end of their own, and variety."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inference.bundled.measures.subject import Ids, Subject
from inference.bundled.text import lexicon_en, stories_zh

MAX_TOKENS = 320
BATCH = 200
OPENINGS = {
    "en": ("Once upon a time", "There once was a little", "One day", "Once there was"),
    "zh-hant": ("從前有一", "這是一", "有個"),
    "zh-hans": ("从前有一", "这是一", "有个"),
}
_FEMALE = {person.name: person.female for person in (*lexicon_en.PEOPLE, *lexicon_en.ELDERS, *lexicon_en.ANIMAL_NAMES)}
_HEROES = {person.name for person in (*lexicon_en.PEOPLE, *lexicon_en.ANIMAL_NAMES)}
_HAN_NAMES = (*stories_zh.GIRLS, *stories_zh.BOYS, *stories_zh.BEAST_NAMES)


@dataclass(frozen=True)
class Verdict:
    """Shares of stories: ended by themselves, kept the hero's name, both, pronouns that fit somebody named."""

    ended: float
    kept: float
    both: float
    pronouns: float


def stories(subject: Subject, language: str, count: int, seed: int, temperature: float = 0.8) -> list[tuple[str, bool]]:
    """Sampled (story, whether it ended by itself), from the language's openings in turn."""
    found: list[tuple[str, bool]] = []
    openings = OPENINGS[language]
    for start in range(0, count, BATCH):
        prompts = [openings[i % len(openings)] for i in range(start, min(start + BATCH, count))]
        for prompt, new in zip(prompts, subject.sample(prompts, MAX_TOKENS, temperature, seed + start), strict=True):
            found.append((prompt + str(subject.tokenizer.decode(new, skip_special_tokens=True)), ended(subject, new)))
    return found


def ended(subject: Subject, new: Ids) -> bool:
    return bool(new) and new[-1] == subject.tokenizer.eos_token_id


def judge(found: list[tuple[str, bool]], language: str) -> Verdict:
    """What of each story holds, as shares."""
    keeps = [keeps_name(text, language) for text, _ in found]
    ends = [end for _, end in found]
    pronouns = [language != "en" or pronouns_fit(text) for text, _ in found]
    both = [keep and end for keep, end in zip(keeps, ends, strict=True)]
    return Verdict(*(sum(values) / len(found) for values in (ends, keeps, both, pronouns)))


def keeps_name(text: str, language: str) -> bool:
    """The first name of the story is named again in its second half, and at most one other name takes part."""
    names = named(text, language)
    if not names:
        return False
    return names[0] in named(text[len(text) // 2 :], language) and len(set(names)) <= 2


def named(text: str, language: str) -> list[str]:
    """The names of the text in order, as often as they stand there; those of grown-ups left out."""
    if language == "en":
        return [word for word in re.findall(r"[A-Z][a-z]+", text) if word in _HEROES]
    traditional = {name: name for name in _HAN_NAMES}
    known = traditional | {stories_zh.SCRIPTS["zh-hans"].spell(name): name for name in _HAN_NAMES}
    return re.findall("|".join(known), text)


def pronouns_fit(text: str) -> bool:
    """No "she" without a woman or girl in the story, and no "he" without a man or boy."""
    people = {female for name, female in _FEMALE.items() if re.search(rf"\b{re.escape(name)}\b", text)}
    words = set(re.findall(r"[a-z]+", text.lower()))
    return (True in people or not words & {"she", "her"}) and (False in people or not words & {"he", "him", "his"})


def distinct(texts: Sequence[str], size: int = 4) -> float:
    """Distinct-n: different n-grams of words (English, by white space) over all n-grams of all texts."""
    grams = [tuple(words[i : i + size]) for words in map(str.split, texts) for i in range(len(words) - size + 1)]
    return len(set(grams)) / len(grams)
