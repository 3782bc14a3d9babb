"""Folders that are no model, or not a safe one, are refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference import Engine
from inference.engine.errors import ModelError
from tests.inference.models import write_checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "model", "llama")


def refusal(source: str | Path, **options: Any) -> tuple[str, str]:
    with pytest.raises(ModelError) as caught:
        Engine.load(source, **{"device": "cpu", **options})
    return caught.value.code, caught.value.message


def change(folder: Path, name: str, **values: Any) -> None:
    path = folder / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    assert refusal(tmp_path)[0] == "not_a_model"


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent")[0] == "not_a_folder"


def test_pickled_weights_are_refused(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    code, message = refusal(folder)
    assert code == "pickle_only"
    assert "pytorch_model.bin" in message


def test_a_folder_without_weights_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert refusal(folder)[0] == "no_weights"


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_code_of_its_own_is_refused(folder: Path, name: str) -> None:
    change(folder, name, auto_map={"AutoModelForCausalLM": "modeling.Evil"})
    assert refusal(folder)[0] == "remote_code"


@pytest.mark.parametrize("value", ["someone/kernel", {"": "someone/kernel"}])
def test_an_implementation_from_elsewhere_is_refused(folder: Path, value: Any) -> None:
    change(folder, "config.json", text_config={"_attn_implementation": value})
    assert refusal(folder)[0] == "remote_code"


@pytest.mark.parametrize("content", ["[]", "{", "[" * 5000, "{}"])
def test_a_malformed_config_is_refused(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    assert refusal(folder)[0] == "not_a_model"


def test_an_unknown_kind_of_model_is_refused(folder: Path) -> None:
    change(folder, "config.json", model_type="no-such-model")
    assert refusal(folder)[0] == "not_loadable"


def test_missing_weights_are_refused_rather_than_made_up(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights.pop("model.layers.1.mlp.up_proj.weight")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    code, message = refusal(folder)
    assert code == "bad_weights"
    assert "up_proj" in message


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    change(folder, "config.json", intermediate_size=128)
    assert refusal(folder)[0] in ("bad_weights", "not_loadable")


def test_an_index_that_points_outside_is_refused(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "../other.safetensors"}}))
    assert refusal(folder)[0] == "not_a_model"


def test_a_model_without_a_tokenizer_is_refused(folder: Path) -> None:
    for path in folder.glob("tokenizer*"):
        path.unlink()
    assert refusal(folder)[0] == "no_tokenizer"


def test_a_bad_dtype_and_a_bad_device_are_refused(folder: Path) -> None:
    assert refusal(folder, dtype="int3")[0] == "bad_dtype"
    assert refusal(folder, device="no-such-device")[0] == "bad_device"


def test_dtype_auto_on_a_processor_is_float32_for_a_small_model(folder: Path) -> None:
    change(folder, "config.json", dtype="bfloat16")
    with Engine.load(folder, device="cpu", threads=1) as engine:
        assert engine.info.dtype == "float32"
    with Engine.load(folder, device="cpu", dtype="bfloat16", threads=1) as engine:
        assert engine.info.dtype == "bfloat16"


def test_the_facts_of_a_model_are_its_own(checkpoint: Callable[[str], Path]) -> None:
    with Engine.load(checkpoint("llama"), name="tiny", device="cpu", threads=1) as engine:
        info = engine.info
    size = (checkpoint("llama") / "model.safetensors").stat().st_size
    assert (info.name, info.layers, info.heads, info.context, info.vocab_size) == ("tiny", 3, 4, 160, 320)
    assert info.weight_bytes == info.parameters * 4
    assert info.weight_bytes == pytest.approx(size, rel=0.02)
