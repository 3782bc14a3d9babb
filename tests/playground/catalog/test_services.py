"""Finding a model by name."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from playground.catalog import files
from playground.catalog.models import Model
from playground.catalog.services import UnknownModel, count_tokens, resolve, runnable_models

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A model folder as far as the web process looks into one, under an allowed root."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "one": 1, "two": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "config.json").write_text(json.dumps({"n_positions": 8, "vocab_size": 3, "n_layer": 2, "n_head": 4}))
    settings.CONFIG = settings.CONFIG.model_copy(update={"model_roots": [tmp_path]})
    files.facts.cache_clear()
    return tmp_path


def test_the_bundled_models_are_there_after_migration_and_the_default_comes_first() -> None:
    assert [model.name for model in runnable_models()] == ["stories", "stories-draft"]
    assert resolve("").default


def test_a_model_folder_tells_its_sizes(folder: Path) -> None:
    Model.objects.create(name="mine", source=str(folder))
    facts = resolve("mine").facts
    assert facts is not None
    assert (facts.context, facts.vocab_size, facts.layers, facts.heads) == (8, 3, 2, 4)


def test_tokens_are_counted_without_the_model(folder: Path) -> None:
    Model.objects.create(name="mine", source=str(folder))
    assert count_tokens(resolve("mine"), "one two one") == 3


def test_an_unknown_a_disabled_and_a_vanished_model_are_refused_by_name(folder: Path) -> None:
    Model.objects.create(name="off", source=str(folder), enabled=False)
    Model.objects.create(name="gone", source=str(folder / "gone"))
    for name in ("absent", "off", "gone"):
        with pytest.raises(UnknownModel, match=name):
            resolve(name)


def test_a_folder_that_is_no_model_is_not_offered(folder: Path) -> None:
    (folder / "config.json").write_text("not json")
    Model.objects.create(name="broken", source=str(folder))
    assert "broken" not in [model.name for model in runnable_models()]
