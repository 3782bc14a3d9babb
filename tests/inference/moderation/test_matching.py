"""What is forbidden is found however the text is cut into tokens, and what is not forbidden is let through."""

from __future__ import annotations

import random
from typing import Any

import pytest

from inference.moderation.filters import Filter
from inference.moderation.matching import BadPattern, Matcher, Watched, search


def literals(*entries: str, **options: Any) -> Filter:
    return Filter(name="list", kind="literals", entries=entries, **options)


def patterns(*entries: str, **options: Any) -> Filter:
    return Filter(name="list", kind="patterns", entries=entries, **options)


def streamed(filter: Filter, *pieces: str) -> int | None:
    """After which piece the output is ended; ``len(pieces)``: only by the end of the text."""
    watched = Watched([filter])
    for number, piece in enumerate(pieces):
        if watched.push(piece):
            return number
    return len(pieces) if watched.end() else None


@pytest.mark.parametrize(
    ("filter", "text", "found"),
    [
        (literals("bad"), "a BADge", "bad"),
        (literals("bad", ignore_case=False), "a BADge", None),
        (literals("bad", ignore_case=False), "a badge", "bad"),
        (literals("bad", whole_words=True), "a badge", None),
        (literals("bad", whole_words=True), "bad", "bad"),
        (literals("bad", whole_words=True), "not (Bad)!", "bad"),
        (literals("été", whole_words=True), "l'été", "été"),
        (literals("été", whole_words=True), "étés", None),
        (literals("straße"), "STRASSE", "straße"),
        (literals("bad"), "ＢＡＤ", "bad"),
        (literals("ｂａｄ"), "bad", "ｂａｄ"),
        (literals("bad"), "b\u200ba\u00add", "bad"),
        (literals("café"), "cafe\u0301", "café"),
        (literals("a.c"), "abc", None),
        (literals("壞話"), "他說了壞話。", "壞話"),
        (literals("壞話", whole_words=True), "他說了壞話嗎", "壞話"),
        (literals("壞話"), "坏话", None),
        (literals("100％"), "100%", "100％"),
        (patterns(r"b[aä]d+"), "BÄDDD", r"b[aä]d+"),
        (patterns(r"b[aä]d+", ignore_case=False), "BADDD", None),
        (patterns(r"ba?d", whole_words=True), "a bd.", r"ba?d"),
        (patterns(r"ba?d", whole_words=True), "abd", None),
        (patterns(r"真的？"), "真的?", r"真的？"),
        (patterns(r"真的？"), "真", None),
        (patterns(r"\d{3}-\d{4}"), "call ５５５-１２３４", r"\d{3}-\d{4}"),
        (literals(), "anything", None),
    ],
)
def test_a_list_finds_what_it_names_and_nothing_else(filter: Filter, text: str, found: str | None) -> None:
    assert search(filter, text) == found


def test_a_hit_may_begin_in_one_token_and_end_in_a_later_one() -> None:
    assert streamed(literals("forbidden word"), "A for", "bid", "den", " wo", "rd", " here") == 4
    assert streamed(literals("café"), "caf", "e", "\u0301", "s") == 2
    assert streamed(literals("壞話"), "壞", "話") == 1


def test_a_whole_word_is_one_when_its_end_is_certain() -> None:
    word = literals("ass", whole_words=True)
    assert streamed(word, "an ass", "embly") is None
    assert streamed(word, "an ass", ".") == 1
    assert streamed(word, "an ass") == 1
    assert streamed(word, "gl", "ass", ".") is None


@pytest.mark.parametrize(
    ("pattern", "pieces", "at"),
    [
        (r"bad.", ("bad", "x"), 1),
        (r"bad.", ("bad",), None),
        (r"\bbad\b", ("bad", "ge"), None),
        (r"\bbad\b", ("bad", " "), 1),
        (r"bad$", ("bad", "ge"), None),
        (r"bad$", ("a", "bad"), 2),
        (r"^bad", ("a", "bad"), None),
        (r"b.*d", ("b", "eautiful ", "world"), 2),
    ],
)
def test_a_pattern_counts_when_nothing_that_follows_can_undo_it(pattern: str, pieces: tuple[str, ...], at: int | None) -> None:
    assert streamed(patterns(pattern), *pieces) == at


@pytest.mark.parametrize("seed", range(40))
def test_however_a_text_is_cut_the_verdict_is_that_of_the_whole(seed: int) -> None:
    dice = random.Random(seed)
    alphabet = "ab Ａｂ \u0301\u200b壞話.e"
    text = "".join(dice.choices(alphabet, k=dice.randrange(1, 60)))
    entries = ["".join(dice.choices("abé壞話", k=dice.randrange(1, 4))) for _ in range(2)]
    for filter in (literals(*entries), literals(*entries, whole_words=True), patterns("a.?b", "話+a", whole_words=bool(seed % 2))):
        cuts = sorted(dice.choices(range(len(text) + 1), k=5))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert (streamed(filter, *pieces) is not None) == (search(filter, text) is not None)


def test_a_long_output_is_watched_to_its_end_and_a_cut_word_is_no_new_word() -> None:
    word, part = literals("needle", whole_words=True), patterns("needle")
    hay = ["x" * 7 + "needle"] * 3000
    assert streamed(word, *hay) is None
    assert streamed(word, *hay, " needle", " ") == 3001
    assert streamed(part, *["hay "] * 9000, "nee", "dle") == 9001


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [("a(", "missing )"), ("a(?=b)", "invalid perl operator"), (r"(a)\1", "invalid escape sequence"), ("a{9999}", "repetition"), ("a*", "empty")],
)
def test_a_pattern_that_is_refused_says_why(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern, match=reason.replace(")", r"\)")) as refused:
        Matcher(patterns("fine", pattern, whole_words=True))
    assert (refused.value.place, refused.value.pattern) == (1, pattern)


def test_a_literal_that_nobody_can_see_is_refused() -> None:
    with pytest.raises(BadPattern, match="can be seen"):
        Matcher(literals("word", "\u200b"))


def test_thousands_of_words_are_one_automaton() -> None:
    words = tuple(f"word{number}x" for number in range(5000))
    assert search(literals(*words), "some " * 1000 + "WORD4321X") == "word4321x"
    assert search(literals(*words), "some " * 1000) is None
