"""A program gives what the model's own forward pass gives; where it might not, there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from inference import Engine
from inference.engine.attention import Probe, running
from inference.engine.packed import PackedLinear, can_pack
from inference.engine.replay.learn import learn
from inference.engine.replay.program import compiled
from inference.engine.replay.recorder import Forward
from inference.engine.replay.tape import Untapeable
from tests.inference.models import FAMILIES

TABLE = torch.randn(50, 8, generator=torch.Generator().manual_seed(0))


def values(tokens: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(100 * seed + tokens)
    ids = torch.randint(0, 50, (1, tokens), generator=generator)
    return ids, torch.randint(0, 50, (1, tokens), generator=generator)


def same(forward: Forward) -> bool:
    """Whether the program of ``forward`` returns the same, at lengths and values that it was not made from."""
    program = compiled(learn(forward, values))
    with torch.inference_mode(), running(Probe()):
        return all(torch.equal(program(*values(tokens, 1)), forward(*values(tokens, 1))) for tokens in (1, 2, 4, 31, 64))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_that_runs_packed_has_a_program_with_the_same_logits(family: str, engine_of: Callable[[str], Engine]) -> None:
    runner: Any = engine_of(family).model.runner
    assert runner.untapeable == ""
    with torch.inference_mode(), running(Probe()):
        for tokens in (1, 2, 4, 31, 64):
            assert torch.allclose(runner._program(*values(tokens, 1)), runner._run(*values(tokens, 1)), rtol=1e-5, atol=1e-5)


def test_views_slices_lists_and_tables_are_repeated() -> None:
    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        x = torch.nn.functional.embedding(ids, TABLE)
        first, second = x.view(*ids.shape, 2, -1).transpose(1, 2).chunk(2, dim=1)
        steps = torch.arange(ids.shape[1] * 2)[: 3 * ids.shape[-1] - 2] if ids.shape[1] < 0 else torch.arange(ids.shape[1] + 1)
        return torch.cat([first[..., 1:], second[..., :1]], dim=-1).mT * steps[1:] - positions[:, None, None].float() ** 2

    assert same(forward)


def test_writing_into_a_tensor_is_repeated() -> None:
    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        x = torch.zeros(ids.shape[1], 8)
        x[:, 2:4] = TABLE[ids[0], :2]
        x[0] = 7
        return x.add_(positions.T).relu_()

    assert same(forward)


@pytest.mark.parametrize(
    "course",
    [
        lambda ids: ids.sum().item(),
        lambda ids: bool(ids.sum() > 1),
        lambda ids: len(ids[0].tolist()),
        lambda ids: ids.nonzero().shape,
        lambda ids: torch.where(ids > 20),
        lambda ids: ids[ids > 20],
        lambda ids: torch.unique(ids),
        lambda ids: int(ids[0, 0]),
        lambda ids: 1 if ids.shape[1] > 4 else ids + 1,
        lambda ids: ids * 1.5 if ids.shape[1] == 1 else ids,
        lambda ids: ids.view(ids.shape[1] ** 2 // ids.shape[1], -1) if ids.shape[1] != 8 else ids,
        lambda ids: ids.repeat(ids.shape[1] ** 2, 1),
        lambda ids: ids.numpy(),
    ],
)
def test_a_course_that_depends_on_values_or_oddly_on_the_length_has_no_program(course: Callable[[torch.Tensor], Any]) -> None:
    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        course(ids)
        return ids + positions

    with pytest.raises(Untapeable):
        learn(forward, values)


def test_an_output_that_was_made_out_of_sight_has_no_program() -> None:
    with pytest.raises(Untapeable):
        learn(lambda ids, positions: TABLE, values)


@pytest.mark.skipif(not can_pack(), reason="this processor has no bfloat16 products")
def test_packed_products_are_repeated_and_none_is_made_to_learn_them() -> None:
    layer = PackedLinear(torch.randn(64, 8, dtype=torch.bfloat16), None)
    table = TABLE.bfloat16()

    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        return layer(table[ids] + table[positions])

    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
        learn(forward, values)
    kinds = {event.key for event in seen.key_averages()}
    assert "aten::index" in kinds
    assert "mkldnn::_linear_pointwise" not in kinds
    assert same(forward)
