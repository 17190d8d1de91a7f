"""Principal components of patches: against scikit-learn's, and as a map that keeps squared errors."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from core.faces.autoencoders import Patches


@pytest.fixture
def pictures(rng: np.random.Generator) -> torch.Tensor:
    few = rng.random((6, 3, 16, 16)).astype(np.float32)
    mixed = np.tensordot(rng.random((80, 6)).astype(np.float32), few, 1)
    return torch.from_numpy(mixed / mixed.max())


@pytest.mark.parametrize("patch", [4, 16])
def test_components_are_those_of_scikit_learn(pictures: torch.Tensor, patch: int) -> None:
    made = Patches(patch, 3).fit(pictures)
    cut = pictures.unfold(2, patch, patch).unfold(3, patch, patch).permute(0, 2, 3, 1, 4, 5).reshape(-1, 3 * patch**2)
    known = PCA(3).fit(cut.double().numpy())
    overlap = np.abs(made.components.flatten(1).double().numpy() @ known.components_.T)
    assert overlap == pytest.approx(np.eye(3), abs=1e-3)
    expected = known.transform(cut.double().numpy()).reshape(80, -1, 3)
    found = made(pictures).flatten(2).transpose(1, 2).double().numpy()
    assert np.abs(found) == pytest.approx(np.abs(expected), abs=1e-4)


@pytest.mark.parametrize("patch", [4, 16])
def test_nothing_is_lost_when_all_components_are_kept(pictures: torch.Tensor, patch: int) -> None:
    kept = Patches(patch, 6 if patch == 16 else 48).fit(pictures)
    assert kept.inverse(kept(pictures)).numpy() == pytest.approx(pictures.numpy(), abs=1e-4)


def test_a_squared_error_of_coefficients_is_that_of_their_pictures(pictures: torch.Tensor) -> None:
    made = Patches(4, 5).fit(pictures)
    a, b = torch.randn(2, 7, 5, 4, 4)
    error = (made.inverse(a) - made.inverse(b)).square().sum()
    assert float(error) == pytest.approx(float((a - b).square().sum()), rel=1e-4)
