"""Everything that the lessons say about the bundled model is computed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from playground.classroom.lessons import Choice, shelf
from tests.playground.classroom.lessons.bench import Bench


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.mark.parametrize("key", list(shelf()))
def test_what_the_notes_say_holds_on_the_bundled_model(bench: Bench, key: str) -> None:
    found = [(step.title, claim, bench.wrong(step, claim)) for step in shelf()[key].steps for claim in step.claims]
    assert [told for told in found if told[-1] is not None] == []


@pytest.mark.parametrize("key", list(shelf()))
def test_every_step_runs_and_has_the_token_that_is_looked_at_and_the_one_that_is_asked_for(bench: Bench, key: str) -> None:
    for step in shelf()[key].steps:
        count = len(bench.tokens(step))
        assert (step.look.token or 0) < count, step.title
        if not isinstance(step.question, Choice) and step.pause.before is not None:
            assert step.pause.before < count, step.title
