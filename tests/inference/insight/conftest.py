"""Models of many families with random weights: as engines to ask, and as transformers loads them, with eager attention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from inference import Engine
from inference.insight import forward, gradient
from inference.insight.insight import Insight
from tests.inference.models import write_checkpoint


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that the texts of these tests have several."""
    monkeypatch.setattr(forward, "PIECE_TOKENS", 16)
    monkeypatch.setattr(gradient, "PIECE_TOKENS", 16)


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return cache(lambda family: write_checkpoint(tmp_path_factory.mktemp(family), family))


@pytest.fixture(scope="session")
def reference_of(folder_of: Callable[[str], Path]) -> Callable[[str], Any]:
    """The same checkpoint as transformers loads it."""

    def load(family: str) -> Any:
        model = transformers.AutoModelForCausalLM.from_pretrained(folder_of(family), attn_implementation="eager", dtype=torch.float32)
        return model.eval().requires_grad_(False)

    return cache(load)


@pytest.fixture(scope="session")
def engine_of(folder_of: Callable[[str], Path]) -> Iterator[Callable[[str], Engine]]:
    engines: dict[str, Engine] = {}

    def load(family: str) -> Engine:
        if family not in engines:
            engines[family] = Engine.load(folder_of(family), name=family, device="cpu", threads=1, chunk_tokens=16)
        return engines[family]

    yield load
    for engine in engines.values():
        engine.close()


@pytest.fixture(scope="session")
def insight_of(engine_of: Callable[[str], Engine]) -> Callable[[str], Insight]:
    return lambda family: Insight(engine_of(family))
