"""With ``batch_invariant`` a run's numbers are the same to the last bit, whatever its neighbours, however many threads."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inference import Engine, RunSpec, Watch
from inference.engine.invariant import SteadyRunner
from inference.events import Event
from inference.progress import Progress
from tests.inference.engine.runs import finished, generate, ids, prompt, spec, together, tokens

LENGTHS = (5, 17, 32, 33, 64, 90, 7, 50, 2, 80, 41, 12, 28, 77, 19, 60)
CASES = [("llama", "float32"), ("llama", "bfloat16"), ("gpt2", "float32"), ("gemma2", "bfloat16"), ("mixtral", "float32")]
WATCHED = Watch(top_n=20, attention="off")
WANTED = [
    spec(prompt(length, 11), watch=WATCHED, max_tokens=16, temperature=0.0 if n % 2 else 1.1, seed=n) for n, length in enumerate(LENGTHS)
]


@pytest.fixture
def steady(checkpoint: Callable[[str], Path]) -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def load(family: str, threads: int = 1, **options: Any) -> Engine:
        options = {"batch_invariant": True, "rows": 8, "prefix_cache": False, **options}
        engines.append(Engine.load(checkpoint(family), name=family, device="cpu", threads=threads, **options))
        return engines[-1]

    yield load
    for engine in engines:
        engine.close()


def bits(events: list[Event]) -> list[tuple[int, bytes]]:
    """Tokens, and the scores of the likeliest after every stage, as they are in memory."""
    found = []
    for token in tokens(events):
        assert token.trace is not None
        found.append((token.id, token.trace.scores.data))
    return found


def alone(engine: Engine, wanted: list[RunSpec] = WANTED) -> list[list[tuple[int, bytes]]]:
    return [bits(list(engine.run(one))) for one in wanted]


def staggered(engine: Engine, seed: int, wanted: list[RunSpec] = WANTED) -> list[list[tuple[int, bytes]]]:
    """All of them, in another order and with other pauses for every ``seed``."""
    dice, handles = random.Random(seed), {}
    for n in dice.sample(range(len(wanted)), len(wanted)):
        handles[n] = engine.submit(wanted[n])
        time.sleep(dice.random() * 0.01)
    return [bits(list(handles[n])) for n in range(len(wanted))]


@pytest.mark.parametrize(("family", "dtype"), CASES)
def test_48_of_48_runs_have_the_same_bits_alone_and_among_others(family: str, dtype: str, steady: Callable[..., Engine]) -> None:
    engine = steady(family, dtype=dtype)
    assert isinstance(engine.model.runner, SteadyRunner)
    expected = alone(engine)
    assert sum(found == right for seed in range(3) for found, right in zip(staggered(engine, seed), expected, strict=True)) == 48
    assert len({token_id for run in expected for token_id, _ in run}) > 50  # else this would prove little


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_two_threads_give_the_bits_of_one(dtype: str, steady: Callable[..., Engine]) -> None:
    assert alone(steady("llama", threads=2, dtype=dtype), WANTED[4:8]) == alone(steady("llama", dtype=dtype), WANTED[4:8])


def test_greedy_tokens_are_those_of_generate(steady: Callable[..., Engine], reference: Callable[[str], Any]) -> None:
    for family in ("llama", "gpt2"):
        engine = steady(family)
        assert ids(engine.run(spec(prompt(70), max_tokens=30))) == generate(reference(family), prompt(70), 30)


def test_a_prefix_that_is_reused_gives_the_same_bits(steady: Callable[..., Engine]) -> None:
    """Also what is only kept of a prompt, and not of an answer."""
    engine, expected = steady("llama", prefix_cache=True), alone(steady("llama"))
    for _ in range(2):
        assert alone(engine) == expected
    assert engine.prefixes is not None
    assert engine.prefixes.counts.found_tokens == sum((length - 1) // 32 * 32 for length in LENGTHS)


def test_a_preempted_run_has_the_same_bits(steady: Callable[..., Engine]) -> None:
    engine, wanted = steady("llama"), [spec(prompt(20 + n), watch=WATCHED, max_tokens=50, temperature=1.1, seed=n) for n in range(4)]
    arena = engine.model.runner.arena
    assert arena is not None
    arena.limit_bytes = 170 * arena.bytes_per_token
    runs = together(engine, wanted)
    timings = [finished(run).timing for run in runs]
    assert [bits(run) for run in runs] == alone(steady("llama"), wanted)
    assert sum(timing.preemptions for timing in timings if timing is not None) > 0


def test_a_resumed_run_has_the_same_bits(steady: Callable[..., Engine]) -> None:
    engine = steady("llama", dtype="bfloat16")
    whole = list(engine.run(WANTED[4]))
    for split in (0, 1, 13):
        rest = list(engine.submit(WANTED[4], Progress({0: [token.id for token in tokens(whole)[:split]]})))
        assert bits(rest) == bits(whole)[split:]


def test_the_slow_runner_cuts_prompts_alike_as_well(steady: Callable[..., Engine]) -> None:
    engine = steady("bloom")
    assert staggered(engine, 0) == alone(engine)
