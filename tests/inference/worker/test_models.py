"""The models that a worker has loaded."""

import threading
from pathlib import Path

import pytest

from inference.sources import SourceError
from inference.spec import ModelSource
from inference.worker.models import Models

SMALL = ModelSource(name="draft", source="bundled:draft")


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


def test_whoever_waits_for_a_load_hears_of_it_and_the_next_one_does_not() -> None:
    models = Models()
    heard: list[float] = []
    models.get(SMALL, heard.append)
    models.get(SMALL, heard.append)
    models.close()
    assert heard == [0.0, 1.0]


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
