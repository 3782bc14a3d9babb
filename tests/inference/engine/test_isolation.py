"""What goes wrong in one run stays in that run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from inference import Engine, Watch
from inference.engine.batch import Chunk, Output
from inference.events import Event
from inference.sampling.sampler import choose
from tests.inference.engine.runs import finished, ids, prompt, spec
from tests.inference.models import byte_tokenizer, random_model

POISON = 77  # a token whose embedding is NaN
GOOD = [prompt(length, 3) for length in (4, 9, 30)]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("poisoned")
    model = random_model("llama")
    with torch.no_grad():
        model.get_input_embeddings().weight[POISON] = float("nan")
        model.get_output_embeddings().weight[POISON] = 0
    model.save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    with Engine.load(folder, device="cpu", threads=1) as engine:
        yield engine


def together(engine: Engine, bad: Sequence[int]) -> tuple[list[Event], list[list[int]]]:
    """The events of a run of ``bad`` among good ones, and their tokens."""
    handles = [engine.submit(spec(good, max_tokens=30)) for good in GOOD[:2]]
    handle = engine.submit(spec(bad, max_tokens=30, watch=Watch(attention="all")))
    handles.append(engine.submit(spec(GOOD[2], max_tokens=30)))
    return list(handle), [ids(one) for one in handles]


def alone(engine: Engine) -> list[list[int]]:
    return [ids(engine.run(spec(good, max_tokens=30))) for good in GOOD]


def test_nan_logits_end_one_run_and_no_other(poisoned: Engine) -> None:
    assert all(POISON not in good for good in GOOD)
    expected = alone(poisoned)
    events, others = together(poisoned, (5, POISON, 6))
    error = finished(events).error
    assert error is not None
    assert error.code == "bad_logits"
    assert others == expected
    assert together(poisoned, GOOD[0])[1] == expected  # nothing of it is left in its slot


def test_running_out_of_memory_in_a_step_ends_the_run_at_fault(checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with Engine.load(checkpoint("llama"), device="cpu", threads=1) as engine:
        expected = alone(engine)
        forward = engine.model.runner.forward

        def short_of_memory(chunks: Sequence[Chunk]) -> Output:
            if any(chunk.past >= 20 and chunk.heads is not None for chunk in chunks):
                raise MemoryError("DefaultCPUAllocator: can't allocate memory")
            return forward(chunks)

        monkeypatch.setattr(engine.model.runner, "forward", short_of_memory)
        events, others = together(engine, prompt(6))
        error = finished(events).error
        assert error is not None
        assert error.code == "out_of_memory"
        assert len(ids(events)) == 20 - 6 + 1
        assert others == expected


def test_an_exception_in_one_pipeline_ends_that_run(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = alone(engine)

    def failing(logits: torch.Tensor, samplers: Sequence[Any], watches: Sequence[Watch]) -> list[Any]:
        if any(watch.attention == "all" for watch in watches):
            raise ZeroDivisionError("a stage failed")
        return [*choose(logits, samplers, watches)]

    monkeypatch.setattr("inference.engine.drawing.choose", failing)
    events, others = together(engine, prompt(6))
    error = finished(events).error
    assert error is not None
    assert (error.code, error.message) == ("step_failed", "a stage failed")
    assert others == expected


def test_a_cache_that_never_fits_is_refused_and_others_wait_for_room(checkpoint: Callable[[str], Path]) -> None:
    with Engine.load(checkpoint("llama"), device="cpu", threads=1) as engine:
        arena = engine.model.runner._arena  # type: ignore[attr-defined]
        arena.limit_bytes = 100 * arena.bytes_per_token  # room for one of these at a time
        handles = [engine.submit(spec(prompt(50, n), max_tokens=30)) for n in range(3)]
        big = engine.submit(spec(prompt(50), max_tokens=100))
        assert [finished(list(handle)).reason for handle in handles] == ["length"] * 3
        error = finished(list(big)).error
        assert error is not None
        assert (error.code, error.field) == ("out_of_memory", "sampling.max_tokens")
