"""The space that all towers share: the sentence encoder's, centred and partly whitened."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from core.encoders.encoder import unit
from core.results import Floats

POWER = 0.3
"""How much of a direction's spread is taken away; 1 would make all directions equally wide."""
LEAST = 1e-3
"""A direction narrower than this share of the widest is treated as that narrow."""


@dataclass(frozen=True)
class Whitening:
    """x → (x − mean) W, W symmetric. mean: (D,); matrix: (D, D)."""

    mean: Floats
    matrix: Floats

    @classmethod
    def fitted(cls, vectors: Floats, power: float = POWER) -> Self:
        """W = Σ^(−power/2), Σ the covariance of the vectors (N, D)."""
        values, axes = np.linalg.eigh(np.cov((vectors - vectors.mean(0)).T.astype(np.float64)))
        widths = np.maximum(values, values.max() * LEAST) ** (-power / 2)
        return cls(vectors.mean(0), ((axes * widths) @ axes.T).astype(np.float32))

    def __call__(self, vectors: Floats) -> Floats:
        """Unit rows (N, D) float32."""
        return unit((vectors - self.mean) @ self.matrix)
