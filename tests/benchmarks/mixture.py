"""Rows whose groups are known, as many as a benchmark asks for."""

import numpy as np

PART = 65_536
"""Rows made at once: the noise of all of them would double the memory."""


def mixture(rows: int, dimensions: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Round Gaussians of variance 1 about centres of variance 1: x (N, D) float32 and y (N,), always the same."""
    random = np.random.default_rng(7)
    centres = random.normal(size=(groups, dimensions)).astype(np.float32)
    y = random.integers(0, groups, rows)
    x = np.empty((rows, dimensions), dtype=np.float32)
    for start in range(0, rows, PART):
        part = y[start : start + PART]
        noise = random.standard_normal((len(part), dimensions), dtype=np.float32)
        x[start : start + PART] = centres[part] + noise
    return x, y
