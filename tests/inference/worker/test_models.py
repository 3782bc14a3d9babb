"""The models that a worker has loaded."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inference import RunSpec, SamplingParams, Watch
from inference.engine.errors import ModelError
from inference.events import Finished
from inference.sources import BUNDLED, SourceError
from inference.spec import ModelSource
from inference.worker import models as module
from inference.worker.models import Models

SMALL = ModelSource(name="draft", source="bundled:draft")
WEIGHTS = sum(path.stat().st_size for path in (BUNDLED / "draft").glob("*.safetensors"))  # on disk: half of what they take in float32


@pytest.fixture
def copies(tmp_path: Path) -> Callable[[str], ModelSource]:
    """The same small model as many."""

    def copy(name: str) -> ModelSource:
        shutil.copytree(BUNDLED / "draft", tmp_path / name, dirs_exist_ok=True)
        return ModelSource(name=name, source=str(tmp_path / name), root=str(tmp_path), dtype="float32")

    return copy


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    """Room for the weights of two copies and some cache; any engine without work may go at once."""
    monkeypatch.setattr(module, "_FRESH_SECONDS", 0.0)
    one = Models()
    size = one.get(SMALL.model_copy(update={"dtype": "float32"})).memory_bytes
    one.close()
    found = Models(budget_bytes=int(2.9 * size))
    yield found
    found.close()


def loaded(models: Models) -> set[str]:
    return {source.name for source in models._held}


def test_what_is_in_memory_is_told_from_the_loading_to_the_end() -> None:
    models, told = Models(), []
    models.get(SMALL, lambda fraction: told.append((fraction, models.in_memory())))
    (first,) = told[0][1]
    assert (first.name, first.bytes >= 0, first.busy) == ("draft", True, True)
    (held,) = models.in_memory()
    assert (held.name, held.fraction, held.busy) == ("draft", 1.0, False)
    assert held.bytes == models.get(SMALL).memory_bytes > 0
    models.close()
    assert models.in_memory() == []


def test_a_model_is_loaded_once_however_many_ask_at_the_same_time() -> None:
    models, found = Models(), []
    threads = [threading.Thread(target=lambda: found.append(models.get(SMALL))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    models.close()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


def test_everybody_who_waits_for_a_load_hears_how_far_it_is_and_the_next_one_does_not() -> None:
    models = Models()
    heard: list[list[float]] = [[], [], []]
    threads = [threading.Thread(target=models.get, args=(SMALL, heard[n].append)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    models.get(SMALL, heard[2].append)
    models.close()
    for fractions in heard[:2]:
        assert (fractions[0], fractions[-1]) == (0.0, 1.0)
        assert fractions == sorted(fractions)
        assert any(0 < fraction < 1 for fraction in fractions)
    assert heard[2] == []


def test_an_engine_that_has_died_is_replaced() -> None:
    models = Models()
    dead = models.get(SMALL)
    dead.close()
    alive = models.get(SMALL)
    assert alive is not dead
    assert alive.alive
    models.close()


def test_a_folder_outside_the_roots_is_not_loaded_unless_the_operator_allowed_it(tmp_path: Path) -> None:
    models = Models()
    with pytest.raises(SourceError):
        models.get(ModelSource(name="x", source=str(tmp_path)))
    with pytest.raises(Exception, match="not a model"):  # it gets as far as looking into the folder
        models.get(ModelSource(name="x", source=str(tmp_path), root=str(tmp_path)))


def test_a_link_out_of_the_roots_is_not_followed(tmp_path: Path, copies: Callable[[str], ModelSource]) -> None:
    inside = tmp_path / "root"
    inside.mkdir()
    (inside / "link").symlink_to(copies("outside").source)
    with pytest.raises(SourceError):
        Models([inside]).get(ModelSource(name="x", source=str(inside / "link")))


def test_a_model_that_fails_to_load_tells_all_who_wait_and_leaves_others_alone(copies: Callable[[str], ModelSource]) -> None:
    models, errors = Models(), []
    bad = copies("bad")
    (Path(bad.source) / "model.safetensors").write_bytes(b"no weights")

    def ask() -> None:
        try:
            models.get(bad)
        except ModelError as error:
            errors.append(error.code)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert models.get(SMALL).alive
    for thread in threads:
        thread.join()
    assert errors == ["not_loadable"] * 3
    shutil.copy(BUNDLED / "draft" / "model.safetensors", bad.source)
    assert models.get(bad).alive  # nothing is remembered of the failure
    models.close()


def test_the_model_used_longest_ago_makes_room(two_at_most: Models, copies: Callable[[str], ModelSource]) -> None:
    first, second, third = (copies(name) for name in ("a", "b", "c"))
    old = two_at_most.get(first)
    two_at_most.get(second)
    two_at_most.get(first)
    two_at_most.get(third)
    assert loaded(two_at_most) == {"a", "c"}
    assert two_at_most.get(first) is old


def test_a_model_with_a_run_is_never_closed_for_another(two_at_most: Models, copies: Callable[[str], ModelSource]) -> None:
    first, second, third = (copies(name) for name in ("a", "b", "c"))
    sampling = SamplingParams(seed=1, max_tokens=30, ignore_eos=True)
    spec = RunSpec(prompt="One day", sampling=sampling, watch=Watch(top_n=0, attention="off"), max_tokens_per_second=20)
    handle = two_at_most.get(first).submit(spec)
    two_at_most.get(second)
    two_at_most.get(third)
    assert loaded(two_at_most) == {"a", "c"}
    last = list(handle)[-1]
    assert isinstance(last, Finished)
    assert last.reason == "length"


def test_a_model_waits_for_work_to_end_and_is_refused_when_it_does_not(
    two_at_most: Models, copies: Callable[[str], ModelSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.5)
    sampling = SamplingParams(seed=1, max_tokens=500, ignore_eos=True)
    spec = RunSpec(prompt="One day", sampling=sampling, watch=Watch(top_n=0, attention="off"), max_tokens_per_second=5)
    handles = [two_at_most.get(copies(name)).submit(spec) for name in ("a", "b")]
    with pytest.raises(ModelError, match="have work to do") as caught:
        two_at_most.get(copies("c"))
    assert caught.value.code == "no_room"
    for handle in handles:
        handle.cancel()
    time.sleep(0.2)
    assert two_at_most.get(copies("c")).alive


def test_a_model_larger_than_the_budget_is_refused_with_both_numbers() -> None:
    with pytest.raises(ModelError, match="MiB of 1 MiB") as caught:
        Models(budget_bytes=2**20).get(SMALL)
    assert caught.value.code == "no_room"


def test_loading_one_model_holds_up_nobody_who_uses_another(copies: Callable[[str], ModelSource], monkeypatch: pytest.MonkeyPatch) -> None:
    models = Models()
    models.get(SMALL)
    gate, load = threading.Event(), Models._load

    def slow(self: Models, source: ModelSource, tell: Callable[[float], None]) -> object:
        gate.wait(5)
        return load(self, source, tell)

    monkeypatch.setattr(Models, "_load", slow)
    waiting = threading.Thread(target=models.get, args=(copies("slow"),))
    waiting.start()
    handle = models.get(SMALL).submit(RunSpec(prompt="One day", sampling=SamplingParams(seed=1, max_tokens=5)))
    assert isinstance(list(handle)[-1], Finished)
    assert waiting.is_alive()
    gate.set()
    waiting.join()
    models.close()
