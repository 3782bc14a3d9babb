"""How texts of games are read, joined, cut and judged."""

from __future__ import annotations

from typing import Any

import pytest

from playground.classroom import game_texts, scoring
from playground.classroom.game_texts import joined, spelt, whole_sentences


@pytest.mark.parametrize(
    ("prompt", "text", "expected"),
    [("Once", "there was", " there was"), ("Once ", "there was", "there was"), ("Once", ", there", ", there"), ("Once", "  there\n was ", " there was"),
     ("從前", "有一隻貓", "有一隻貓"), ("Once", "貓", "貓"), ("", "there", " there")],
)  # fmt: skip
def test_a_persons_text_follows_the_beginning_as_it_is_written(prompt: str, text: str, expected: str) -> None:
    assert joined(prompt, text) == expected


def test_a_text_ends_with_a_whole_character_and_without_blanks() -> None:
    cat = "貓".encode()
    assert spelt([b" a ", cat[:2]]) == "a"
    assert spelt([b" a ", cat[:2], cat[2:], b"\n"]) == "a 貓"


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [([b" a", b".", b" b"], 2), ([b" a", b" b"], 2), ([b" a", b".", b" b", b"!"], 4), (["他走了。".encode(), "他".encode()], 1), ([b' "Hi', b'."', b" He"], 2)],
)
def test_a_text_that_was_cut_is_shown_up_to_its_last_whole_sentence(pieces: list[bytes], kept: int) -> None:
    assert whole_sentences(pieces) == kept


def test_what_ends_a_text_is_no_part_of_it() -> None:
    events: list[dict[str, Any]] = [
        {"type": "started", "prompt_ids": [5], "model": {"eos_token_ids": [0]}}, {"type": "token", "id": 7, "piece": b"x"},
        {"type": "token", "id": 0, "piece": b"<end>"}, {"type": "finished", "reason": "eos", "error": None},
    ]  # fmt: skip
    told = game_texts.written(events)
    assert (told.prompt_ids, told.ids, told.pieces, told.reason, told.error) == ([5], [7], [b"x"], "eos", None)


def test_a_match_is_right_text_by_text() -> None:
    assert game_texts.matched([2, 0, 1], [2, 1, 0], ["c", "b", "a"]) == [True, False, False]
    assert game_texts.matched([2, 1, 0], [2, 1, 0], ["c", "b", "a"]) == [True, True, True]


def test_settings_that_made_the_same_text_may_be_changed_for_one_another() -> None:
    assert game_texts.matched([1, 0, 2], [0, 1, 2], ["a", "a", "c"]) == [True, True, True]
    assert game_texts.matched([1, 2, 0], [0, 1, 2], ["a", "a", "c"]) == [True, False, False]


def test_a_persons_text_that_reads_as_the_models_counts_as_it() -> None:
    assert [game_texts.found(pick, [False, True, False], ["a", "b", "b"]) for pick in range(3)] == [False, True, True]


def test_equal_totals_share_a_place_whatever_they_come_from() -> None:
    assert scoring.ranks([scoring.MATCH * 2, scoring.ODD, 0.0]) == [1, 1, 3]
