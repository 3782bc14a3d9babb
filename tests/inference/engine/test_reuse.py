"""A prompt that begins as an earlier one is read from where they part, and nothing that the run says depends on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference import Engine, RunSpec, Watch
from inference.events import Attention, Event, Prefilled
from inference.progress import Progress
from tests.inference.engine.runs import finished, held, ids, prompt, spec, text, together, tokens
from tests.inference.models import FAMILIES, SLOW

WATCHED = Watch(top_n=5, attention="all")


@pytest.fixture
def fresh(checkpoint: Callable[[str], Path]) -> Iterator[Callable[..., Engine]]:
    """New engines, which have read nothing yet."""
    engines: list[Engine] = []

    def load(family: str = "llama", **options: Any) -> Engine:
        engines.append(Engine.load(checkpoint(family), name=family, device="cpu", threads=1, rows=6, chunk_tokens=24, **options))
        return engines[-1]

    yield load
    for engine in engines:
        engine.close()


def prefilled(events: list[Event]) -> Prefilled:
    return next(event for event in events if isinstance(event, Prefilled))


def reused(events: list[Event]) -> int:
    assert prefilled(events).reused_tokens == finished(events).usage.reused_tokens
    return prefilled(events).reused_tokens


def test_a_second_run_of_a_prompt_reads_only_its_last_token(fresh: Callable[..., Engine]) -> None:
    engine, wanted = fresh(), spec(prompt(70))
    first, second = list(engine.run(wanted)), list(engine.run(wanted))
    assert (reused(first), prefilled(first).chunks) == (0, [24, 24, 22])
    assert (reused(second), prefilled(second).tokens, prefilled(second).chunks) == (69, 70, [1])
    assert ids(second) == ids(first)


def test_of_a_prompt_that_is_cut_short_whole_blocks_are_reused(fresh: Callable[..., Engine]) -> None:
    engine = fresh()
    list(engine.run(spec(prompt(70))))
    assert reused(list(engine.run(spec(prompt(70)[:65])))) == 64
    assert reused(list(engine.run(spec(prompt(70)[:64])))) == 48  # one token at least is read


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_says_the_same_with_and_without_reuse(family: str, fresh: Callable[..., Engine]) -> None:
    """Tokens and attention of runs longer than a sliding window, after the prompt of a run that has ended and one that goes on."""
    engine, base = fresh(family), prompt(60)
    wanted = [spec(base[:40] + prompt(30, 5), watch=WATCHED), spec(base + prompt(5, 6), watch=WATCHED, temperature=1.2, seed=3)]
    alone = [list(fresh(family, prefix_cache=False).run(one)) for one in wanted]
    going_on = engine.submit(spec(base, max_tokens=60, pace=100.0))
    while not isinstance(going_on.get(), Prefilled):
        pass
    found = [list(engine.run(one)) for one in wanted]
    going_on.cancel()
    assert [reused(events) for events in (*found, *alone)] == [32, 48, 0, 0]
    for with_reuse, without in zip(found, alone, strict=True):
        assert ids(with_reuse) == ids(without)
        assert_same_numbers(with_reuse, without)


def assert_same_numbers(found: list[Event], expected: list[Event]) -> None:
    for one, other in zip(tokens(found), tokens(expected), strict=True):
        assert one.trace is not None
        assert other.trace is not None
        assert one.trace.token_ids == other.trace.token_ids
        np.testing.assert_allclose(one.trace.scores.array(), other.trace.scores.array(), atol=1e-3)
        assert one.attention is not None
        assert other.attention is not None
        np.testing.assert_array_equal(one.attention.index.array(), other.attention.index.array())
        np.testing.assert_allclose(rows(one.attention), rows(other.attention), atol=0.01)


def rows(attention: Attention) -> NDArray[np.float32]:
    weights: NDArray[np.float32] = attention.values.array() * attention.scale.array()[:, None]
    return weights


def test_what_a_run_answered_is_reused_as_well(fresh: Callable[..., Engine]) -> None:
    """As in a conversation: the next prompt holds the last prompt, its answer, and the next question."""
    engine = fresh()
    start = prompt(20)
    answer = ids(engine.run(spec(start, max_tokens=40)))
    follow = spec([*start, *answer, *prompt(10, 4)])
    found = list(engine.run(follow))
    assert reused(found) == 48  # of 59 fed: the answer's last token never was
    assert ids(found) == ids(fresh(prefix_cache=False).run(follow))


def test_runs_that_come_together_read_a_shared_prompt_once(fresh: Callable[..., Engine]) -> None:
    engine = fresh()
    specs = [spec((*prompt(70), n), max_tokens=10) for n in range(5)]
    runs = together(engine, specs)
    assert [reused(run) for run in runs] == [0, 70, 70, 70, 70]
    assert [ids(run) for run in runs] == [ids(fresh(prefix_cache=False).run(one)) for one in specs]


def test_who_waits_for_a_prompt_that_is_given_up_reads_it_itself(fresh: Callable[..., Engine]) -> None:
    engine = fresh()
    with held(engine):
        first, second = (engine.submit(spec(prompt(150), max_tokens=5)) for _ in range(2))
    first.cancel()
    assert ids(second) == ids(fresh(prefix_cache=False).run(spec(prompt(150), max_tokens=5)))


def test_a_resumed_run_begins_with_what_is_known(fresh: Callable[..., Engine]) -> None:
    engine, wanted = fresh(), spec(prompt(30), max_tokens=40)
    whole = ids(engine.run(wanted))
    rest = list(engine.submit(wanted, Progress({0: whole[:25]})))
    assert ids(rest) == whole[25:]
    assert prefilled(rest).reused_tokens == 48
    assert finished(rest).usage.reused_tokens == 30  # of the prompt


def test_without_the_switch_nothing_is_reused(fresh: Callable[..., Engine]) -> None:
    engine = fresh(prefix_cache=False)
    assert [reused(list(engine.run(spec(prompt(70))))) for _ in range(2)] == [0, 0]


def test_a_small_model_does_not_fill_a_large_machine_with_old_texts(fresh: Callable[..., Engine]) -> None:
    engine = fresh()
    assert engine.prefixes is not None
    assert engine.prefixes.limit_bytes <= 16_384 * engine.info.kv_bytes_per_token


@pytest.mark.parametrize("family", SLOW)
def test_the_fallback_reuses_nothing(family: str, fresh: Callable[..., Engine]) -> None:
    engine = fresh(family)
    first, second = (list(engine.run(spec(prompt(70)))) for _ in range(2))
    assert (reused(second), ids(second)) == (0, ids(first))


def test_runs_are_right_while_blocks_are_evicted(fresh: Callable[..., Engine]) -> None:
    engine, plain = fresh(), fresh(prefix_cache=False)
    cache = engine.prefixes
    assert cache is not None
    cache.limit_bytes = 10 * cache.block * engine.info.kv_bytes_per_token
    specs = [spec(prompt(64, n % 3)[: 40 + n] + prompt(20, n), max_tokens=6) for n in range(24)]
    assert [ids(engine.run(one)) for one in specs] == [ids(plain.run(one)) for one in specs]
    assert cache.counts.evicted_blocks > 0
    assert cache.counts.found_tokens > 0
    assert cache.held_bytes <= cache.limit_bytes


def test_scoring_reads_every_token_and_finds_the_same_numbers(fresh: Callable[..., Engine]) -> None:
    engine = fresh()
    before = engine.score(prompt(60))
    list(engine.run(spec(prompt(60))))
    assert engine.score(prompt(60)).logprobs == pytest.approx(before.logprobs, abs=1e-5)


def test_a_failed_run_leaves_nothing_behind(fresh: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    engine, wanted = fresh(), spec(prompt(70), max_tokens=5)
    with monkeypatch.context() as patched:
        patched.setattr("inference.engine.drawing.choose", lambda *args: 1 / 0)
        assert finished(list(engine.run(wanted))).reason == "error"
    assert reused(second := list(engine.run(wanted))) == 0
    assert ids(second) == ids(fresh(prefix_cache=False).run(wanted))


def test_preempted_runs_come_back_with_what_they_had_read(fresh: Callable[..., Engine]) -> None:
    engine = fresh()
    arena = engine.model.runner.arena
    assert arena is not None
    arena.limit_bytes = 170 * arena.bytes_per_token
    wanted: list[RunSpec] = [spec(prompt(20 + n), max_tokens=50, temperature=1.1, seed=n) for n in range(4)]
    runs = together(engine, wanted)
    timings = [finished(run).timing for run in runs]
    assert sum(timing.preemptions for timing in timings if timing is not None) > 0
    alone = [list(fresh(prefix_cache=False).run(one)) for one in wanted]
    assert [(ids(run), text(run)) for run in runs] == [(ids(run), text(run)) for run in alone]
