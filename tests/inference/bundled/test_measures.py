"""What the measurements call a loop, a kept name, a fitting pronoun, a distinct text."""

import pytest

from inference.bundled.measures.copying import repeated
from inference.bundled.measures.looping import loops
from inference.bundled.measures.storytelling import distinct, keeps_name, named, pronouns_fit


@pytest.mark.parametrize("tokens", [[1, 5, 5, 5], [9, 1, 2, 1, 2, 1, 2], list(range(20)) * 3])
def test_a_phrase_said_three_times_at_the_end_is_a_loop(tokens: list[int]) -> None:
    assert loops(tokens)


@pytest.mark.parametrize("tokens", [[], [5, 5], [1, 2, 1, 2], [5, 5, 5, 1], list(range(60)), list(range(21)) * 3])
def test_anything_else_is_none(tokens: list[int]) -> None:
    assert not loops(tokens)


def test_names_are_found_in_every_language() -> None:
    assert named("Lily and Tom saw Lily.", "en") == ["Lily", "Tom", "Lily"]
    assert named("小雲和小明", "zh-hant") == ["小雲", "小明"]
    assert named("小云和小明", "zh-hans") == ["小云", "小明"]


def test_a_story_keeps_its_hero_if_the_name_comes_back_late() -> None:
    assert keeps_name("Lily lost her kite. Tom found it. Lily was glad.", "en")
    assert not keeps_name("Lily lost her kite. Then Tom found it. Tom was glad.", "en")


def test_a_story_with_too_many_names_does_not_keep_its_hero() -> None:
    assert not keeps_name("Lily met Tom. Ben met Lily.", "en")


def test_pronouns_must_fit_somebody_in_the_story() -> None:
    assert pronouns_fit("Lily lost her kite.")
    assert pronouns_fit("Lily asked Grandpa, and he smiled.")
    assert not pronouns_fit("Lily lost his kite.")


def test_distinct_counts_different_phrases_over_all_phrases() -> None:
    assert distinct(["a b c d e", "a b c d f"]) == 3 / 4


def test_a_repeated_sequence_is_the_same_twice_without_special_tokens() -> None:
    rows = repeated(4, 10, 4096)
    assert rows.shape == (4, 21)
    assert (rows[:, 1:11] == rows[:, 11:]).all()
    assert rows[:, 1:].min() > 5
