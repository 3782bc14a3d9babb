"""What the garbage collector goes over while runs decode."""

from __future__ import annotations

import gc
import weakref

import torch

from inference import Engine, RunSpec, SamplingParams
from inference.sources import BUNDLED


def test_a_collection_beside_runs_does_not_go_over_the_libraries() -> None:
    with Engine.load(BUNDLED / "main", device="cpu", threads=1) as engine:
        list(engine.run(RunSpec(prompt="A", sampling=SamplingParams(max_tokens=2))))
        looked_at = {id(one) for one in gc.get_objects()}
        assert gc.get_freeze_count() > 0
        assert id(torch.nn.Module.__dict__["forward"]) not in looked_at
        assert id(vars(torch)) not in looked_at


def test_a_model_that_was_closed_is_let_go_of_all_the_same() -> None:
    engine = Engine.load(BUNDLED / "main", device="cpu", threads=1)
    network = weakref.ref(engine.model.network)
    engine.close()
    del engine
    gc.collect()
    assert network() is None
