"""Whether a folder holds a model that is safe to load. Torch-free; reads JSON and file names, never weights.

Refused: pickled weights, links out of the folder, code that comes with a model, implementations that a config would fetch from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inference.engine.errors import ModelError

_MOST_CONFIG_BYTES = 10 * 1024 * 1024
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.msgpack", "*.h5")


def check_folder(folder: Path) -> dict[str, Any]:
    """The config of the model in ``folder``. Raises ``ModelError`` with the reason why it may not be loaded."""
    if not folder.is_dir():
        raise ModelError("not_a_folder", f"{folder} is not a folder")
    _check_links(folder)
    config = _read(folder / "config.json")
    if "model_type" not in config:
        raise ModelError("not_a_model", f"{folder / 'config.json'} names no model_type")
    for path in sorted(folder.glob("*.json")):
        if path.stat().st_size <= _MOST_CONFIG_BYTES and path.name != "tokenizer.json":
            _check_config(path.name, json_of(path))
    _check_weights(folder)
    return config


def _check_links(folder: Path) -> None:
    """What is loaded lies in the folder, or in the Hub's cache, whose snapshots are links to blobs beside them."""
    whole = folder.resolve()
    allowed = whole.parent.parent / "blobs" if whole.parent.name == "snapshots" else whole
    for path in sorted(folder.iterdir()):
        real = path.resolve()
        if path.is_symlink() and not (real.is_relative_to(whole) or real.is_relative_to(allowed)):
            raise ModelError("link_outside", f"{folder.name} holds a link to a file outside of it: {path.name}")


def json_of(path: Path) -> Any:
    """The content of a JSON file. Raises ``ModelError`` where it is none."""
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ModelError("not_a_model", f"{path.name} is not valid JSON: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ModelError("not_a_model", f"{path.parent} is not a model folder: there is no {path.name}")
    if path.stat().st_size > _MOST_CONFIG_BYTES:
        raise ModelError("not_a_model", f"{path.name} is larger than {_MOST_CONFIG_BYTES} bytes")
    config = json_of(path)
    if not isinstance(config, dict):
        raise ModelError("not_a_model", f"{path.name} is not a JSON object")
    return config


def _check_config(name: str, config: Any) -> None:
    for key, value in _entries(config):
        if key == "auto_map":
            raise ModelError("remote_code", f"{name} asks for code of its own (auto_map); only code of the transformers library is run")
        if key.endswith("_implementation") and "/" in json.dumps(value):
            raise ModelError("remote_code", f"{name} asks for an implementation from elsewhere: {key} = {value!r}")


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """All keys with their values, however deep."""
    if isinstance(value, dict):
        yield from value.items()
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _entries(item)


def _check_weights(folder: Path) -> None:
    if not any(folder.glob("*.safetensors")):
        pickled = [path.name for pattern in _PICKLES for path in folder.glob(pattern)]
        if pickled:
            raise ModelError("pickle_only", f"{folder} has its weights only as {pickled[0]}, which can hold code; safetensors is needed")
        raise ModelError("no_weights", f"{folder} holds no *.safetensors file")
    index = folder / "model.safetensors.index.json"
    names = set(_read(index).get("weight_map", {}).values()) if index.is_file() else set()
    outside = [name for name in names if not isinstance(name, str) or Path(name).name != name]
    if outside:
        raise ModelError("not_a_model", f"{index.name} names a file outside the folder: {outside[0]!r}")
