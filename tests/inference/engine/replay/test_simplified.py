"""A simplified tape gives what the full one gives, in fewer calls."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
import torch.nn.functional as F

from inference.engine.attention import Probe, running
from inference.engine.layout import arrange
from inference.engine.replay.learn import learn
from inference.engine.replay.program import compiled
from inference.engine.replay.recorder import Forward
from inference.engine.replay.simplify import simplified
from tests.inference.engine.replay.test_programs import TABLE, values


def calls(forward: Forward) -> Counter[str]:
    """How often the simplified tape of ``forward`` makes each call, after a look at what it returns."""
    tape = simplified(learn(forward, values))
    program = compiled(tape)
    with torch.inference_mode(), running(Probe()):
        for tokens in (1, 4, 33):
            torch.testing.assert_close(program(*values(tokens, 1)), forward(*values(tokens, 1)), rtol=1e-5, atol=1e-6)
    return Counter(call.name for call in tape.calls.values())


def embedded(ids: torch.Tensor) -> torch.Tensor:
    return F.embedding(ids, TABLE)


def test_what_is_the_same_in_every_pass_is_computed_once_and_for_all() -> None:
    assert calls(lambda ids, positions: embedded(ids) * (1 + TABLE[:1].float().exp())).keys() == {"embedding", "mul"}


def test_what_depends_on_the_number_of_tokens_is_not_taken_for_constant() -> None:
    assert calls(lambda ids, positions: embedded(ids) * torch.ones(ids.shape[1], 1).cumsum(0))["cumsum"] == 1


def test_the_same_call_is_made_once() -> None:
    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        halves = [embedded(ids).chunk(2, dim=-1) for _ in range(3)]
        return halves[0][0] + halves[1][1] * halves[2][0].add(1).add(1.0)

    counts = calls(forward)
    assert (counts["embedding"], counts["chunk"], counts["add"]) == (1, 1, 3)  # 1 and 1.0 are not the same


def test_what_nobody_uses_is_not_computed() -> None:
    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        embedded(positions).exp()
        return embedded(ids)

    assert calls(forward) == {"embedding": 1}


def test_a_tape_that_writes_into_tensors_is_left_as_it_is() -> None:
    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        x = embedded(ids)
        y = x + 1
        x.mul_(2)
        return y + (x + 1)

    assert calls(forward)["add"] == 3


@pytest.mark.parametrize("half", [4, 3])
def test_rotations_by_halves_take_fewer_calls_and_give_the_same_bits(half: int) -> None:
    def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        return (x * cos) + (torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin)

    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        angles = embedded(positions)
        return rotate(embedded(ids), angles.cos(), angles.sin()) * rotate(embedded(ids + 0), angles.cos(), angles.sin())

    counts = calls(forward)
    assert (counts["roll"], counts["neg"], counts["cat"]) == (2, 1, 1)
    program = compiled(simplified(learn(forward, values)))
    assert torch.equal(program(*values(40)), forward(*values(40)))


@pytest.mark.parametrize("bias", [False, True])
def test_products_with_the_same_input_become_one_and_no_weight_is_held_twice(bias: bool) -> None:
    layers = torch.nn.ModuleList(torch.nn.Linear(8, width, bias) for width in (6, 2, 4)).requires_grad_(False)
    arrange(layers)

    def forward(ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        x = embedded(ids)
        return torch.cat([layer(x) for layer in layers], dim=-1) * layers[0](x + 1)[..., :1]

    before = forward(*values(5))
    assert calls(forward)["linear"] == 2
    assert len({layer.weight.untyped_storage().data_ptr() for layer in layers}) == 1
    torch.testing.assert_close(forward(*values(5)), before)  # the modules themselves go on as before
