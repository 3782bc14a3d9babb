"""A lecture's record that comes from elsewhere: what may be in it, and which field is named where something does not fit."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from playground.runs import exports, lecture_file
from playground.runs.models import PromptSession, Run
from tests.playground.runs.kept import stored_run

CARD = {"text": "a", "cut": True, "value": 0, "by_model": True, "votes": [2, 1], "right": 2, "bits": 1.5, "tokens": [["61", 1.5]]}
MATCH = {
    "ms": 1, "revealed": 2, "ended": 3, "kind": "match", "prompt": "Once", "setting": "temperature", "values": [0.2, 1], "answers": 3,
    "cards": [CARD, {**CARD, "text": "b", "value": 1}],
}  # fmt: skip
PERSON = {"text": "a", "cut": False, "value": None, "by_model": False, "votes": [1], "right": None, "bits": None, "tokens": []}
ODD = {**MATCH, "ended": None, "kind": "odd", "setting": None, "values": [], "cards": [PERSON, {**PERSON, "by_model": True, "right": 0}]}
TOKEN = {"id": 5, "piece": "20666f78", "p": 0.5}
ASK = {
    "ms": 4, "revealed": 5, "run": 0, "kind": "token", "text": "", "why": "", "step": 2, "options": [{**TOKEN, "votes": 2}], "guessed": 1,
    "drawn": TOKEN, "dice": {"greedy": False, "u": 0.6, "low": 0.5, "high": 1.0},
}  # fmt: skip
RECORD = {"version": 1, "length": 9, "runs": ["a"], "seen": [[0, 0, 0], [1, 0, 1]], "views": [[1, {"tab": "choice"}]], "asks": [ASK], "games": [MATCH, ODD]}


def but(path: str, value: Any) -> dict[str, Any]:
    """The record with one other ``value``."""
    changed: Any = copy.deepcopy(RECORD)
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place = changed
    for step in way:
        place = place[step]
    place[last] = value
    return dict(changed)


def test_a_record_of_before_there_were_games_and_one_that_tells_more_are_taken() -> None:
    lecture_file.check(RECORD)
    lecture_file.check({name: value for name, value in RECORD.items() if name != "games"})
    lecture_file.check(but("games.0.later", {"anything": 1}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2), ("length", -1), ("runs", "a"), ("seen.1.1", 7), ("seen.1.2", -1), ("views.0.1", []), ("asks", None),
        ("asks.0.kind", "poll"), ("asks.0.options.0.votes", "2"), ("asks.0.drawn.piece", "xy"), ("asks.0.dice.u", None), ("games", {}),
        ("games.0.ms", "now"), ("games.0.ms", float("nan")), ("games.1.kind", "quiz"), ("games.0.answers", -1), ("games.0.prompt", None), ("games.0.cards", [CARD]),
        ("games.0.cards.1.text", 7), ("games.0.cards.1.value", 2), ("games.0.cards.1.votes", [1]), ("games.0.cards.0.tokens.0.1", "1"),
        ("games.0.cards.0.by_model", 1), ("games.0.cards.0.bits", float("inf")), ("games.0.values", [0.2]), ("games.0.setting", None), ("games.1.cards.1.votes", []),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(path: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^lecture\.{re.escape(path)}\b"):
        lecture_file.check(but(path, value))


def test_one_text_of_odd_one_out_is_the_models() -> None:
    with pytest.raises(ValueError, match=r"lecture\.games\.1\.cards: one text is the model's"):
        lecture_file.check(but("games.1.cards.0.by_model", True))
    with pytest.raises(ValueError, match=r"^lecture: "):
        lecture_file.check([])


@pytest.mark.django_db
def test_a_file_with_a_damaged_game_is_refused_and_leaves_nothing() -> None:
    run = stored_run("ann")
    session = PromptSession.objects.get(pk=run.session_id)
    session.draft = {"lecture": but("games.0.cards.0.votes", [1, -1])}
    with pytest.raises(exports.DamagedFile, match=r"^draft\.lecture\.games\.0\.cards\.0\.votes\.1: "):
        exports.imported("bob", exports.exported(session))
    assert not Run.objects.filter(owner="bob").exists()
    session.draft = {"lecture": {**RECORD, "runs": [run.pk]}}
    imported = exports.imported("bob", exports.exported(session))
    assert imported.draft["lecture"] == {**RECORD, "runs": [imported.runs.get().pk]}
