"""Runs that give their memory up to earlier ones come back with the same tokens, and say everything once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference import Engine, Watch
from inference.events import Event, Finished, Prefilled, Resumed, Started
from tests.inference.engine.runs import finished, held, ids, prompt, spec, text, together, tokens

ROOM = 170  # positions: two of the runs below at their full length, or three of them when they begin
WANTED = [
    spec(prompt(20), max_tokens=50, watch=Watch(top_n=3, attention="all")),
    spec(prompt(21), max_tokens=50, temperature=1.2, top_p=0.9, repetition_penalty=1.2, seed=4),
    spec(prompt(22), max_tokens=50),
    spec("tea ", max_tokens=45, temperature=1.3, frequency_penalty=0.4, stop=("zzzz",), seed=9),
]


@pytest.fixture(scope="module")
def tight(checkpoint: Callable[[str], Path]) -> Iterator[Engine]:
    with Engine.load(checkpoint("llama"), device="cpu", threads=1, rows=6, chunk_tokens=16) as engine:
        limit(engine, ROOM)
        yield engine


def limit(engine: Engine, positions: int) -> None:
    arena = engine.model.runner._arena  # type: ignore[attr-defined]
    arena.limit_bytes = positions * arena.bytes_per_token


def preemptions(runs: list[list[Event]]) -> list[int]:
    timings = [finished(run).timing for run in runs]
    return [timing.preemptions for timing in timings if timing is not None]


def test_preempted_runs_give_the_tokens_and_text_of_undisturbed_ones(tight: Engine, engine: Engine) -> None:
    runs = together(tight, WANTED)
    alone = [list(engine.run(one)) for one in WANTED]
    assert sum(preemptions(runs)) >= 1
    assert [ids(run) for run in runs] == [ids(run) for run in alone]
    assert [text(run) for run in runs] == [text(run) for run in alone]
    assert [finished(run).reason for run in runs] == ["length"] * 4


def test_a_preempted_run_says_everything_once_and_in_order(tight: Engine) -> None:
    for run in together(tight, WANTED):
        kinds = [type(event) for event in run]
        assert kinds[:2] == [Started, Prefilled]
        assert [kinds.count(kind) for kind in (Started, Prefilled, Resumed, Finished)] == [1, 1, 0, 1]
        assert [token.step for token in tokens(run)] == list(range(len(tokens(run))))
        prefilled = next(event for event in run if isinstance(event, Prefilled))
        assert sum(prefilled.chunks) + prefilled.reused_tokens == prefilled.tokens


def test_the_earliest_run_is_never_preempted(tight: Engine) -> None:
    assert preemptions(together(tight, WANTED))[0] == 0


def test_attention_rows_of_a_preempted_run_are_those_of_an_undisturbed_one(tight: Engine, engine: Engine) -> None:
    wanted = [WANTED[2], WANTED[2], WANTED[0]]
    runs = together(tight, wanted)
    assert preemptions(runs)[2] > 0
    for found, expected in zip(tokens(runs[2]), tokens(engine.run(WANTED[0])), strict=True):
        assert found.attention is not None
        assert expected.attention is not None
        difference = found.attention.values.array().astype(int) - expected.attention.values.array()
        assert abs(difference).max() <= 1  # a step of 1/254 of the row's largest weight: rounding


def test_runs_join_on_what_they_need_now(tight: Engine) -> None:
    """Three of these would not fit at their full length, and two of them would not if it were reserved for them."""
    wanted = [spec(prompt(10 + n), max_tokens=90) for n in range(3)]
    batches = {token.batch for run in together(tight, wanted) for token in tokens(run)}
    assert max(batches) >= 2


def test_a_run_preempted_in_its_prompt_is_prefilled_again(checkpoint: Callable[[str], Path], engine: Engine) -> None:
    wanted = [spec(prompt(30), max_tokens=60), spec(prompt(60), max_tokens=5)]
    with Engine.load(checkpoint("llama"), device="cpu", threads=1, rows=6, chunk_tokens=1) as slow:
        limit(slow, 130)
        runs = together(slow, wanted)
    assert preemptions(runs)[1] > 0
    assert [ids(run) for run in runs] == [ids(engine.run(one)) for one in wanted]


def test_a_scored_text_that_is_preempted_gets_its_numbers(checkpoint: Callable[[str], Path], engine: Engine) -> None:
    with Engine.load(checkpoint("llama"), device="cpu", threads=1, rows=6, chunk_tokens=1) as slow:
        limit(slow, 130)
        handle = slow.submit(spec(prompt(30), max_tokens=60))
        assert slow.score(prompt(60)).logprobs == pytest.approx(engine.score(prompt(60)).logprobs, abs=1e-4)
        assert finished(list(handle)).reason == "length"


def test_a_run_can_be_cancelled_while_it_is_preempted(tight: Engine) -> None:
    with held(tight):
        handles = [tight.submit(spec(prompt(20 + n), max_tokens=50, pace=30.0)) for n in range(3)]
    seen: list[Event] = []
    while (event := handles[2].get(0.25)) is not None:  # until it falls silent
        seen.append(event)
    handles[2].cancel()
    end = finished(list(handles[2]))
    assert (end.reason, end.usage.completion_tokens) == ("cancelled", len(ids(seen)))
    assert end.timing is not None
    assert end.timing.preemptions == 1
    assert [finished(list(handle)).reason for handle in handles[:2]] == ["length"] * 2
