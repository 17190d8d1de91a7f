"""Group embedders that pool by a learned net, as plain arrays; their formulas are those of the methods' files.

`core.groups.learning.pooling` teaches them in torch; `core.groups.attention` and `.deepsets` are the methods.
"""

from dataclasses import dataclass

import numpy as np

from core.groups.sets import GroupEmbedder
from core.groups.start import Start
from core.results import Floats


@dataclass(frozen=True)
class Attention(GroupEmbedder):
    """(G, n, D) → (G, D). look U, gate T: (H, D), their biases: (H,), score v: (H,); all float32."""

    start: Start
    look: Floats
    look_bias: Floats
    gate: Floats
    gate_bias: Floats
    score: Floats

    def embed(self, x: Floats) -> Floats:
        return self.start(np.einsum("gn,gnd->gd", self.weights(x), x))

    def weights(self, x: Floats) -> Floats:
        """How much each item counts: (G, n, D) → (G, n), sums of 1."""
        gates = (1 + np.tanh((x @ self.gate.T + self.gate_bias) / 2)) / 2  # the logistic function, without overflow
        scores = (np.tanh(x @ self.look.T + self.look_bias) * gates) @ self.score
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class DeepSets(GroupEmbedder):
    """(G, n, D) → (G, D). item U: (H, D), inner P: (H, H), their biases: (H,), output V: (D, H); all float32."""

    start: Start
    item: Floats
    item_bias: Floats
    inner: Floats
    inner_bias: Floats
    output: Floats

    def embed(self, x: Floats) -> Floats:
        pooled = np.maximum(x @ self.item.T + self.item_bias, 0).mean(axis=1)
        return self.start(x.mean(axis=1) + np.maximum(pooled @ self.inner.T + self.inner_bias, 0) @ self.output.T)
