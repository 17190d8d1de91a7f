"""T: its inverse, its log-determinant against autograd, its loss against the normal distribution of a pair."""

import numpy as np
import pytest
import torch

from core.faces.invertible import InvertibleNetwork, block_sizes, correlation_score, factor_loss

VALUES = {"glasses": 2, "race": 4}
SIZES = {"glasses": 2, "race": 3}
LATENT = 9


@pytest.fixture
def network() -> InvertibleNetwork:
    torch.manual_seed(0)
    made = InvertibleNetwork(LATENT, SIZES, VALUES)
    made.standardise(torch.randn(200, LATENT) * 3 + 1)
    return made.eval()


def test_there_and_back(network: InvertibleNetwork) -> None:
    latent = torch.randn(64, LATENT) * 3 + 1
    codes, _ = network(latent)
    assert not torch.allclose(codes, latent, atol=0.1)
    assert float((network.inverse(codes) - latent).detach().abs().max()) < 1e-4


def test_the_log_determinant_is_that_of_the_jacobian(network: InvertibleNetwork) -> None:
    latents = torch.randn(5, LATENT)
    found = network(latents)[1].detach()
    for latent, told in zip(latents, found, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda z: network(z[None])[0][0], latent)
        assert float(told) == pytest.approx(float(torch.linalg.slogdet(jacobian)[1]), abs=1e-3)


def test_the_loss_is_the_likelihood_of_a_correlated_pair(network: InvertibleNetwork) -> None:
    """Against torch's multivariate normal of both codes together, σ on the shared ones."""
    a, b = torch.randn(2, 6, LATENT)
    shared = torch.tensor([[True, False, True]] * 3 + [[False, True, False]] * 3)
    coded = [tuple(each.detach().double() for each in network(latent)) for latent in (a, b)]
    found = factor_loss(network, coded[0], coded[1], shared, sigma=0.7)
    expected = []
    for row, both in enumerate(shared):
        sigma = torch.cat([torch.full((n,), 0.7 if s else 0.0) for n, s in zip((2, 3, 4), both, strict=True)]).double()
        eye = torch.eye(LATENT).double()
        covariance = torch.cat([torch.cat([eye, sigma.diag()], 1), torch.cat([sigma.diag(), eye], 1)])
        normal = torch.distributions.MultivariateNormal(torch.zeros(2 * LATENT).double(), covariance)
        density = normal.log_prob(torch.cat([coded[0][0][row], coded[1][0][row]]))
        expected.append(-density - coded[0][1][row] - coded[1][1][row] - LATENT * np.log(2 * np.pi))
    assert float(found) == pytest.approx(float(torch.stack(expected).mean()), rel=1e-6)


def test_moving_changes_only_the_blocks_whose_value_changes(network: InvertibleNetwork) -> None:
    codes = torch.randn(3, LATENT)
    old, new = torch.tensor([[0, 1]] * 3), torch.tensor([[1, 1], [0, 2], [0, 1]])
    moved = (network.moved(codes, old, new) - codes).detach()
    assert (moved.abs() > 0).tolist() == [[True] * 2 + [False] * 7, [False] * 2 + [True] * 3 + [False] * 4, [False] * 9]
    back = network.moved(network.moved(codes, old, new), new, old).detach()
    assert back.numpy() == pytest.approx(codes.numpy(), abs=1e-6)


def test_the_correlation_score_counts_correlated_dimensions() -> None:
    torch.manual_seed(0)
    a = torch.randn(20_000, 4)
    b = torch.stack([a[:, 0], 0.5 * a[:, 1] + 0.75**0.5 * torch.randn(20_000), *torch.randn(2, 20_000)], 1)
    assert correlation_score(a, b) == pytest.approx(1.5, abs=0.05)
    assert correlation_score(torch.ones(10, 4), torch.ones(10, 4)) == 0


def test_blocks_have_the_codes_that_their_score_deserves() -> None:
    assert block_sizes({"a": 8.4, "b": 0.2}, {"a": 1, "b": 3}, 128) == {"a": 8, "b": 3}
    assert sum(block_sizes({"a": 90.0, "b": 90.0}, {"a": 1, "b": 1}, 128).values()) <= 128
