"""Greedy float32 tokens are those of ``transformers.generate``, alone and among others."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference import Engine, Watch
from inference.engine.ragged import RaggedRunner
from inference.engine.solo import SoloRunner
from tests.inference.engine.runs import finished, generate, ids, prompt, spec
from tests.inference.models import CONFIGS, FAMILIES

LENGTHS = (5, 17, 1, 40, 2, 64)
COUNT = 30
WATCHED = Watch(top_n=5, attention="all")


@pytest.fixture(params=CONFIGS)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_family_runs_packed_where_it_hands_its_attention_over(family: str, engine_of: Callable[[str], Engine]) -> None:
    runner = engine_of(family).model.runner
    assert isinstance(runner, RaggedRunner if family in FAMILIES else SoloRunner)


def test_greedy_tokens_equal_generate(family: str, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]) -> None:
    start = prompt(9)
    found = ids(engine_of(family).run(spec(start, max_tokens=COUNT)))
    assert found == generate(reference(family), start, COUNT)
    assert len(set(found)) >= 10  # else this would prove nothing


def test_greedy_tokens_equal_generate_among_others(
    family: str, engine_of: Callable[[str], Engine], reference: Callable[[str], Any]
) -> None:
    """Rows join and leave at different steps; neighbours sample, watch, penalise and end early."""
    engine = engine_of(family)
    handles = []
    for n, length in enumerate(LENGTHS):
        handles.append(engine.submit(spec(prompt(length, 1), watch=WATCHED if n % 3 == 0 else Watch(top_n=0), max_tokens=COUNT)))
        engine.submit(spec(prompt(length, 2), max_tokens=3 + n, temperature=0.9, top_p=0.9, repetition_penalty=1.2))
        time.sleep(0.004)
    found = [ids(handle) for handle in handles]
    assert found == [generate(reference(family), prompt(length, 1), COUNT) for length in LENGTHS]


def test_a_run_much_longer_than_its_neighbours_changes_nothing(engine_of: Callable[[str], Engine], reference: Callable[[str], Any]) -> None:
    """It attends by itself then, watched or not."""
    for family in ("llama", "gemma2"):
        engine, starts = engine_of(family), [prompt(length, 8) for length in (3, 140, 4, 5)]
        handles = [engine.submit(spec(start, watch=WATCHED, max_tokens=18)) for start in starts]
        assert [ids(handle) for handle in handles] == [generate(reference(family), start, 18) for start in starts]


def test_a_sampled_run_does_not_depend_on_its_neighbours(engine: Engine) -> None:
    wanted = spec(prompt(7), temperature=1.3, top_p=0.95, max_tokens=30, seed=7)
    alone = ids(engine.run(wanted))
    others = [engine.submit(spec(prompt(n + 3, 4), max_tokens=10 + n)) for n in range(4)]
    assert ids(engine.run(wanted)) == alone
    assert all(finished(list(other)).reason == "length" for other in others)


def test_the_same_seed_gives_the_same_tokens_and_another_seed_others(engine: Engine) -> None:
    runs = [ids(engine.run(spec(prompt(7), temperature=1.5, seed=seed))) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_more_runs_than_rows_wait_for_their_turn(engine: Engine) -> None:
    handles = [engine.submit(spec(prompt(5, n), max_tokens=8)) for n in range(15)]
    assert [len(ids(handle)) for handle in handles] == [8] * 15


def test_two_engines_in_one_process_do_not_meet(engine_of: Callable[[str], Engine]) -> None:
    """Each in its own thread, both with prefill and decoding in flight, one of them with soft caps."""
    engines = [engine_of("llama"), engine_of("gemma2")]
    wanted = [spec(prompt(length, 6), watch=WATCHED, max_tokens=25) for length in (4, 30, 12)]
    alone = [[ids(engine.run(one)) for one in wanted] for engine in engines]
    handles = [[engine.submit(one) for one in wanted] for engine in engines]
    assert [[ids(handle) for handle in row] for row in handles] == alone


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("family", ["llama", "gemma2"])
def test_lower_precision_runs_packed_and_close_to_float32(
    family: str, dtype: str, checkpoint: Callable[[str], Path], engine_of: Callable[[str], Engine]
) -> None:
    text = list(prompt(60))
    with Engine.load(checkpoint(family), device="cpu", dtype=dtype, threads=1) as engine:
        assert isinstance(engine.model.runner, RaggedRunner)
        assert len(ids(engine.run(spec(prompt(5), max_tokens=10)))) == 10
        assert engine.score(text).perplexity == pytest.approx(engine_of(family).score(text).perplexity, rel=0.2)
        assert engine.info.kv_bytes_per_token == engine_of(family).info.kv_bytes_per_token // 2
