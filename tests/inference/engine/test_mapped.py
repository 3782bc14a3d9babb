"""A loaded model keeps nothing of its weight files but its own weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from inference import Engine
from inference.engine.mapped import MappedFiles
from tests.inference.models import byte_tokenizer, random_model

MAPS = Path("/proc/self/maps")
pytestmark = pytest.mark.skipif(not MAPS.exists(), reason="this system does not say what is mapped")


def held(folder: Path) -> bool:
    return any(str(path.resolve()) in MAPS.read_text() for path in folder.glob("*.safetensors"))


def test_what_was_read_is_read_again_after_it_was_let_go_of(tmp_path: Path) -> None:
    expected = torch.arange(100_000, dtype=torch.float32)
    save_file({"one": expected}, tmp_path / "model.safetensors")
    (tensor,) = load_file(tmp_path / "model.safetensors").values()
    MappedFiles(tmp_path).let_go()
    assert torch.equal(tensor, expected)


def test_tensors_copied_out_stay_what_they_are_and_tied_where_they_were(tmp_path: Path) -> None:
    expected = torch.arange(30_000, dtype=torch.float32).view(100, 300)
    save_file({"one": expected, "two": expected + 1}, tmp_path / "model.safetensors")
    loaded = load_file(tmp_path / "model.safetensors")
    one, two, elsewhere = torch.nn.Parameter(loaded["one"]), torch.nn.Parameter(loaded["two"]), torch.ones(3)
    tied, place = torch.nn.Parameter(loaded["one"]), elsewhere.data_ptr()
    del loaded
    MappedFiles(tmp_path).copy_out([one, two, tied, elsewhere])
    assert not held(tmp_path)
    assert torch.equal(one, expected)
    assert torch.equal(two, expected + 1)
    assert tied.data_ptr() == one.data_ptr()
    assert elsewhere.data_ptr() == place


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_loaded_model_maps_no_file(tmp_path: Path, dtype: str) -> None:
    random_model("gpt2").to(torch.bfloat16).save_pretrained(tmp_path)
    byte_tokenizer().save_pretrained(tmp_path)
    with Engine.load(tmp_path, device="cpu", dtype=dtype, threads=1):
        assert not held(tmp_path)
