"""Engines on real checkpoints with random weights, each written and loaded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from inference import Engine
from tests.inference.models import write_checkpoint


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a family's checkpoint."""
    return cache(lambda family: write_checkpoint(tmp_path_factory.mktemp(family), family))


@pytest.fixture(scope="session")
def reference(checkpoint: Callable[[str], Path]) -> Callable[[str], Any]:
    """The same checkpoint as transformers loads it."""
    return cache(lambda family: transformers.AutoModelForCausalLM.from_pretrained(checkpoint(family)).eval())


@pytest.fixture(scope="session")
def engine_of(checkpoint: Callable[[str], Path]) -> Iterator[Callable[[str], Engine]]:
    """The engine of a family's checkpoint; small prefill chunks and few rows, so that their borders are met."""
    engines: dict[str, Engine] = {}

    def load(family: str) -> Engine:
        if family not in engines:
            engines[family] = Engine.load(checkpoint(family), name=family, device="cpu", threads=1, rows=6, chunk_tokens=16)
        return engines[family]

    yield load
    for engine in engines.values():
        engine.close()


@pytest.fixture
def engine(engine_of: Callable[[str], Engine]) -> Engine:
    return engine_of("llama")
