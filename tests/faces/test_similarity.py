"""PSNR and SSIM against scikit-image's."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from core.faces.report import psnr, ssim


@pytest.fixture
def pictures(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    smooth = rng.random((4, 32, 32, 3)).cumsum(1).cumsum(2)
    smooth /= smooth.max()
    return smooth, np.clip(smooth + 0.1 * rng.standard_normal(smooth.shape), 0, 1)


def as_tensor(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


def test_structural_similarity_is_that_of_scikit_image(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    how = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1.0, "channel_axis": 2}
    expected = [structural_similarity(a, b, **how) for a, b in zip(*pictures, strict=True)]
    found = ssim(*map(as_tensor, pictures))
    assert found.numpy() == pytest.approx(expected, abs=1e-6)


def test_signal_to_noise_is_that_of_scikit_image(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    expected = [peak_signal_noise_ratio(a, b, data_range=1.0) for a, b in zip(*pictures, strict=True)]
    assert psnr(*map(as_tensor, pictures)).numpy() == pytest.approx(expected, rel=1e-6)


def test_a_picture_is_like_itself(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    same = as_tensor(pictures[0])
    assert ssim(same, same).numpy() == pytest.approx(1)
