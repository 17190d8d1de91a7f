"""Muon against the polar factor, which NumPy's singular value decomposition gives."""

import numpy as np
import pytest
import torch

from core.recipes.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(8, 24), (24, 8), (16, 4, 3, 3)])
def test_singular_values_come_near_one_and_directions_stay(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    filters = torch.randn(shape)
    found = orthogonal(filters).flatten(1).numpy()
    left, _, right = np.linalg.svd(filters.flatten(1).numpy(), full_matrices=False)
    rotated = left.T @ found @ right.T
    assert np.diag(rotated) == pytest.approx(1, abs=0.35)
    assert np.abs(rotated - np.diag(np.diag(rotated))).max() < 1e-3


def test_it_goes_down_to_the_least_squares() -> None:
    torch.manual_seed(0)
    inputs, wanted = torch.randn(256, 6), torch.randn(4, 6)
    weight = torch.nn.Parameter(torch.zeros(4, 6))
    optimiser = Muon([weight], lr=0.1)
    for step in range(300):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
        optimiser.zero_grad()
        (inputs @ (weight - wanted).T).square().mean().backward()
        optimiser.step()
    torch.testing.assert_close(weight, wanted, atol=0.02, rtol=0)


def test_weights_without_a_gradient_stay() -> None:
    weight = torch.nn.Parameter(torch.ones(2, 2))
    Muon([weight], lr=1.0, weight_decay=0.5).step()
    assert torch.equal(weight, torch.ones(2, 2))
