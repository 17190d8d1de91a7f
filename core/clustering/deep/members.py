"""The rows of each cluster, as blocks of equal size that one batched product of matrices can take."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

BLOCK = 512
CELLS = 2**22
"""Numbers of a block of rows of several clusters: 16 MB."""


@dataclass(frozen=True)
class Block:
    """Some rows of some clusters.

    clusters: (A,), which clusters. rows: (A, B), which rows of the data; inside: (A, B) bool, false where a cluster
    has fewer than B rows left and the index only fills the block.
    """

    clusters: Tensor
    rows: Tensor
    inside: Tensor


@dataclass(frozen=True)
class Members:
    """labels: (N,) int64, the cluster of each row; clusters: how many there are, empty ones included."""

    labels: Tensor
    clusters: int

    @cached_property
    def counts(self) -> Tensor:
        return torch.bincount(self.labels, minlength=self.clusters)

    @cached_property
    def _order(self) -> Tensor:
        return self.labels.argsort(stable=True)

    @cached_property
    def _starts(self) -> Tensor:
        return self.counts.cumsum(0) - self.counts

    def sample(self, size: int, generator: torch.Generator) -> Tensor:
        """Rows of each cluster drawn with replacement: (K, size); an empty cluster is given rows of another."""
        drawn = torch.rand(self.clusters, size, generator=generator, dtype=torch.float64).to(self.labels.device)
        position = (drawn * self.counts[:, None]).long() + self._starts[:, None]
        return self._order[position.clamp_max(len(self.labels) - 1)]

    def blocks(self, dimensions: int) -> Iterator[Block]:
        """Every row once, in blocks that stay small at any number of clusters and dimensions."""
        together = max(1, CELLS // (BLOCK * dimensions))
        for start in range(0, int(self.counts.max()), BLOCK):
            active = torch.nonzero(self.counts > start).flatten()
            for clusters in active.split(together):
                yield self._block(clusters, start)

    def _block(self, clusters: Tensor, start: int) -> Block:
        counts = self.counts[clusters]
        size = min(BLOCK, int(counts.max()) - start)
        offset = start + torch.arange(size, device=counts.device)
        inside = offset < counts[:, None]
        position = self._starts[clusters][:, None] + torch.minimum(offset, counts[:, None] - 1)
        return Block(clusters, self._order[position], inside)
