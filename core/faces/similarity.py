"""How alike two pictures are."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

WINDOW, DEVIATION = 11, 1.5
"""The Gaussian window of SSIM, in pixels."""
C1, C2 = 0.01**2, 0.03**2


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of pictures (N, C, H, W) in [0, 1]; → (N,)."""
    return -10 * torch.log10((a - b).square().mean((1, 2, 3)).clamp_min(1e-12))


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity of pictures (N, C, H, W) in [0, 1]; → (N,).

    Wang, Bovik, Sheikh and Simoncelli, *Image Quality Assessment*, IEEE TIP 2004: a Gaussian window, each channel by
    itself, the mean over all places where the window lies inside the picture.
    """
    mean_a, mean_b = blurred(a), blurred(b)
    variance_a, variance_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
    covariance = blurred(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    structure = (2 * covariance + C2) / (variance_a + variance_b + C2)
    return (luminance * structure).mean((1, 2, 3))


def blurred(x: Tensor) -> Tensor:
    """The mean under the window around each pixel that has all of it: (N, C, H, W) → (N, C, H - 10, W - 10)."""
    steps = torch.arange(WINDOW, dtype=x.dtype) - WINDOW // 2
    weights = (-steps.square() / (2 * DEVIATION**2)).exp()
    weights = (weights / weights.sum()).to(x.device).expand(x.shape[1], 1, 1, WINDOW)
    across = functional.conv2d(x, weights, groups=x.shape[1])
    return functional.conv2d(across, weights.transpose(2, 3), groups=x.shape[1])
