"""Work beside the batch: a piece at a time, never at the cost of a run, and never waited for in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from inference import Engine
from inference.engine.aside import MOST_AT_ONCE, Aside, Pieces, Work
from inference.engine.errors import RunError
from tests.inference.engine.runs import ids, prompt, spec


def counting(noted: list[str], name: str, pieces: int) -> Pieces[str]:
    for _ in range(pieces):
        noted.append(name)
        yield
    return name


def failing() -> Pieces[None]:
    yield
    raise ValueError("it broke")


def aside() -> Aside:
    return Aside(lambda error: RunError("step_failed", str(error)))


def test_works_take_turns() -> None:
    noted: list[str] = []
    works = aside()
    for name in "ab":
        works.add(Work(counting(noted, name, 3)))
    while works:
        works.turn()
    assert "".join(noted) == "ababab"


def test_only_a_few_are_in_progress() -> None:
    noted: list[str] = []
    works = aside()
    for n in range(MOST_AT_ONCE + 2):
        works.add(Work(counting(noted, str(n), 2)))
    for _ in range(2 * MOST_AT_ONCE):
        works.turn()
    assert set(noted) == {str(n) for n in range(MOST_AT_ONCE)}


def test_a_result_comes_back_and_a_failure_is_an_error(engine: Engine) -> None:
    assert engine.perform(Work(counting([], "done", 3))) == "done"
    with pytest.raises(RunError, match="it broke"):
        engine.perform(Work(failing()))
    assert engine.alive


def test_a_work_that_is_withdrawn_ends_before_its_next_piece() -> None:
    noted: list[str] = []
    works, work = aside(), Work(counting(noted, "a", 3))
    works.add(work)
    works.turn()
    work.cancel()
    works.turn()
    with pytest.raises(RunError) as caught:
        work.result()
    assert (noted, caught.value.info.code) == (["a"], "cancelled")


def test_every_piece_is_followed_by_a_step_of_the_batch(engine: Engine) -> None:
    """A run decodes while a long work goes on: each of its tokens waits for one piece at most."""

    def slow() -> Pieces[int]:
        for _ in range(200):
            time.sleep(0.002)
            yield
        return len(handle_tokens)

    handle_tokens: list[int] = []
    handle = engine.submit(spec(prompt(5), max_tokens=60))
    reader = threading.Thread(target=lambda: handle_tokens.extend(ids(handle)))
    reader.start()
    assert engine.perform(Work(slow())) == 60
    reader.join()


def test_a_closed_engine_ends_what_it_was_at(checkpoint: Callable[[str], Path]) -> None:
    engine = Engine.load(checkpoint("gpt2"), device="cpu", threads=1)
    threading.Timer(0.1, engine.close).start()
    with pytest.raises(RunError) as caught:
        engine.perform(Work(endless()))
    assert caught.value.info.code == "engine_closed"


def endless() -> Pieces[None]:
    while True:
        time.sleep(0.001)
        yield
