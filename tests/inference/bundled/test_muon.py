"""The optimiser of the bundled models."""

import torch

from inference.bundled.muon import Muon, orthogonal


def test_updates_are_nearly_orthogonal() -> None:
    matrices = torch.randn(3, 40, 90, generator=torch.Generator().manual_seed(0))
    for tall in (matrices, matrices.mT):
        values = torch.linalg.svdvals(orthogonal(tall))
        assert values.min() > 0.5
        assert values.max() < 1.3


def test_it_finds_the_solution_of_a_linear_problem() -> None:
    torch.manual_seed(0)
    target, weight = torch.randn(8, 8), torch.nn.Parameter(torch.zeros(8, 8))
    optimizer = Muon([weight], lr=0.1)
    for step in range(300):
        optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
        optimizer.zero_grad()
        ((weight - target) ** 2).sum().backward()
        optimizer.step()
    assert (weight - target).abs().max() < 0.1


def test_matrices_of_different_shapes_are_stepped_together() -> None:
    weights = [torch.nn.Parameter(torch.zeros(shape)) for shape in ((4, 6), (6, 4), (4, 6))]
    for weight in weights:
        weight.grad = torch.randn(weight.shape)
    Muon(weights, lr=0.1).step()
    assert all(weight.abs().sum() > 0 for weight in weights)
