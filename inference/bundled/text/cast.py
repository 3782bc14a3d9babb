"""The words that a story must keep: its names and things, as they stand inside a sentence."""

from inference.bundled.text import lexicon_en, stories_zh


def cast_words() -> list[str]:
    """Names, animals and things with the space before them; the Chinese ones in both scripts."""
    people = [person.name for person in (*lexicon_en.PEOPLE, *lexicon_en.ANIMAL_NAMES)]
    english = [f" {word}" for word in (*people, *lexicon_en.ANIMALS, *lexicon_en.THINGS)]
    names = "".join((*stories_zh.GIRLS, *stories_zh.BOYS, *stories_zh.BEAST_NAMES)).replace("小", "")
    return [*english, names, stories_zh.SCRIPTS["zh-hans"].spell(names)]
