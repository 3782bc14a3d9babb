"""Stop strings are found wherever the borders between pieces of text fall."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.decoding.stopping import StopStrings


def run(stops: Iterable[str], pieces: Iterable[str]) -> tuple[str, str | None]:
    """All text released, and the stop string that was met."""
    stopper, text = StopStrings(tuple(stops)), ""
    for piece in pieces:
        released, stop = stopper.push(piece)
        text += released
        if stop is not None:
            return text, stop
    return text + stopper.flush(), None


def splits(text: str) -> Iterable[list[str]]:
    """Every way to cut ``text`` into pieces."""
    for cuts in itertools.product((False, True), repeat=len(text) - 1):
        places = [0, *(n + 1 for n, cut in enumerate(cuts) if cut), len(text)]
        yield [text[start:end] for start, end in itertools.pairwise(places)]


@pytest.mark.parametrize("stop", ["\n\n", "END", "aab", "句號。", "👩‍👧", "e\u0301e", "abcabd"])
def test_every_split_of_a_stop_string_is_found(stop: str) -> None:
    text = f"x{stop[:-1]}y{stop}z"[-9:]
    expected = text[: text.index(stop)]
    for pieces in splits(text):
        assert run([stop], pieces) == (expected, stop)


def test_text_that_cannot_become_a_stop_string_is_released_at_once() -> None:
    stopper = StopStrings(["END"])
    assert [stopper.push(piece)[0] for piece in ("a", "bE", "N", "x", "E", "EN")] == ["a", "b", "", "ENx", "", "E"]


def test_text_before_the_stop_string_is_released_with_it() -> None:
    assert StopStrings(["END"]).push("before END after") == ("before ", "END")


def test_what_is_held_back_comes_out_at_the_end() -> None:
    stopper = StopStrings(["END"])
    stopper.push("the EN")
    assert (stopper.flush(), stopper.flush()) == ("EN", "")


def test_a_stop_string_is_ordinary_text_while_nothing_may_stop() -> None:
    stopper = StopStrings(["END"])
    assert stopper.push("an END", may_stop=False) == ("an END", None)
    assert stopper.push(" and END") == (" and ", "END")


def test_a_stop_string_that_was_completed_too_early_does_not_count_later() -> None:
    stopper = StopStrings(["ab", "abcd"])
    assert stopper.push("ab", may_stop=False) == ("", None)
    assert stopper.push("x") == ("abx", None)


def test_a_stop_string_may_begin_while_nothing_may_stop() -> None:
    stopper = StopStrings(["END"])
    assert stopper.push("EN", may_stop=False) == ("", None)
    assert stopper.push("D") == ("", "END")


def test_the_stop_string_that_ends_first_wins() -> None:
    assert run(["long stop", "g s"], ["a long stop"]) == ("a lon", "g s")


def test_without_stop_strings_nothing_is_held_back() -> None:
    assert StopStrings([]).push("anything") == ("anything", None)


@given(st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=3), st.text("ab", min_size=1, max_size=12), st.data())
def test_the_result_does_not_depend_on_how_the_text_is_cut(stops: list[str], text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(text) - 1)))))
    pieces = [text[start:end] for start, end in itertools.pairwise([0, *cuts, len(text)])]
    found, stop = run(stops, pieces)
    assert (found, stop) == run(stops, text)
    assert found + (stop or "") == text[: len(found) + len(stop or "")]
    assert stop is not None or not any(one in text for one in stops)
