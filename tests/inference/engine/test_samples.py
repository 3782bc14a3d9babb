"""Several samples of one prompt: read once, each with its own dice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from inference import Engine, Watch
from inference.events import Event, Finished, Prefilled, SampleFinished, Token
from inference.progress import Progress
from tests.inference.engine.runs import finished, ids, prompt, spec, tokens

SAMPLED: dict[str, Any] = {"temperature": 1.3, "top_p": 0.95, "repetition_penalty": 1.2}


def of_sample(events: Sequence[Event], sample: int) -> list[Token]:
    return [token for token in tokens(events) if token.sample == sample]


def sample_ids(events: Sequence[Event], count: int) -> list[list[int]]:
    return [ids(of_sample(events, sample)) for sample in range(count)]


@pytest.mark.parametrize("family", ["llama", "gpt2", "gemma2", "bloom"])
def test_sample_0_is_the_run_of_one_sample_and_the_others_differ(family: str, engine_of: Callable[[str], Engine]) -> None:
    engine, start = engine_of(family), prompt(20)
    events = list(engine.run(spec(start, n=5, **SAMPLED)))
    found = sample_ids(events, 5)
    assert found[0] == ids(engine.run(spec(start, **SAMPLED)))
    assert len({tuple(one) for one in found}) == 5
    assert all(len(one) == 20 for one in found)


def test_fewer_samples_are_the_first_of_more(engine: Engine) -> None:
    few, many = (list(engine.run(spec(prompt(9), n=n, **SAMPLED))) for n in (2, 6))
    assert sample_ids(few, 2) == sample_ids(many, 2)


def test_greedy_samples_are_all_alike(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(9), n=3)))
    assert sample_ids(events, 3) == [ids(engine.run(spec(prompt(9))))] * 3


def test_the_prompt_is_read_once(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(40, 77), n=4, **SAMPLED)))
    (prefilled,) = [event for event in events if isinstance(event, Prefilled)]
    assert prefilled.tokens == 40
    assert sum(prefilled.chunks) + prefilled.reused_tokens == 40
    assert [token.step for token in of_sample(events, 3)] == list(range(20))


def test_samples_count_their_own_steps_and_end_one_by_one(engine: Engine) -> None:
    wanted = spec("tea tea", n=4, temperature=1.4, max_tokens=40, stop=("e", "t"), seed=3)
    events = list(engine.run(wanted))
    ended = [event for event in events if isinstance(event, SampleFinished)]
    assert sorted(one.sample for one in ended) == [0, 1, 2, 3]
    assert len({one.tokens for one in ended}) > 1
    for one in ended:
        assert [token.step for token in of_sample(events, one.sample)] == list(range(one.tokens))
    last = finished(events)
    assert last.usage.completion_tokens == sum(one.tokens for one in ended)
    assert (last.reason, last.text) == (next(one.reason for one in ended if one.sample == 0), "")


def test_a_single_sample_says_no_ending_of_its_own(engine: Engine) -> None:
    assert not [event for event in engine.run(spec(prompt(5))) if isinstance(event, SampleFinished)]


def test_samples_do_not_depend_on_their_neighbours(engine: Engine) -> None:
    wanted = spec(prompt(12), n=3, **SAMPLED)
    alone = sample_ids(list(engine.run(wanted)), 3)
    others = [engine.submit(spec(prompt(n + 3, 4), max_tokens=10 + n, n=1 + n % 3)) for n in range(5)]
    assert sample_ids(list(engine.run(wanted)), 3) == alone
    assert all(finished(list(other)).reason == "length" for other in others)


def test_more_samples_than_rows_are_refused(engine: Engine) -> None:
    error = finished(list(engine.run(spec(prompt(5), n=7)))).error
    assert error is not None
    assert (error.field, error.value, error.bound) == ("sampling.n", "7", "6")


def test_cancelling_ends_every_sample(engine: Engine) -> None:
    handle = engine.submit(spec(prompt(5), n=3, max_tokens=100, pace=20.0))
    events = []
    for event in handle:
        events.append(event)
        if isinstance(event, Token) and event.step == 2:
            handle.cancel()
    assert [event.reason for event in events if isinstance(event, SampleFinished)] == ["cancelled"] * 3
    assert finished(events).reason == "cancelled"


@pytest.mark.parametrize("settings", [SAMPLED, {"temperature": 1.4, "stop": ("e", "t")}], ids=["of one length", "ending one by one"])
def test_resuming_anywhere_gives_the_same_tokens_texts_and_endings(engine: Engine, settings: dict[str, Any]) -> None:
    wanted = spec("tea ", n=3, max_tokens=12, **settings)
    whole = [event for event in engine.run(wanted) if isinstance(event, Token | SampleFinished | Finished)]
    for split in range(len(whole)):
        done = whole[:split]
        logged = {n: ids(of_sample(done, n)) for n in range(3)}
        ended = frozenset(event.sample for event in done if isinstance(event, SampleFinished))
        rest = list(engine.submit(wanted, Progress(logged, ended=ended)))
        both = [*done, *rest]
        assert sample_ids(both, 3) == sample_ids(whole, 3), split
        assert endings(both) == endings(whole), split
        assert texts(both) == texts(whole), split


def endings(events: Sequence[Event]) -> dict[int, tuple[str, str | None, int]]:
    said = [event for event in events if isinstance(event, SampleFinished)]
    assert len({one.sample for one in said}) == len(said)
    return {one.sample: (one.reason, one.detail, one.tokens) for one in said}


def texts(events: Sequence[Event]) -> dict[int, str]:
    held = {event.sample: event.text for event in events if isinstance(event, SampleFinished)}
    return {n: "".join(token.text for token in of_sample(events, n)) + held[n] for n in held}


def test_samples_show_their_own_trace(engine: Engine) -> None:
    events = list(engine.run(spec(prompt(6), n=2, watch=Watch(top_n=4, attention="off"), **SAMPLED)))
    first, second = of_sample(events, 0)[0], of_sample(events, 1)[0]
    assert first.trace is not None
    assert second.trace is not None
    assert first.trace.stages[0].logsumexp == second.trace.stages[0].logsumexp  # one row of logits
    assert first.trace.dice.u != second.trace.dice.u
