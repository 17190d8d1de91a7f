"""Rows a chunk at a time."""

import numpy as np
import pytest

from core.clustering import streaming
from core.clustering.streaming import chunks, mean_row, slices


@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 15])
def test_chunks_are_every_row_once_in_order(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 7)
    x = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    parts = list(chunks(x))
    assert len(parts) == len(list(slices(count))) == -(-count // 7)
    assert all(len(part) <= 7 and np.shares_memory(part, x) for part in parts)
    assert np.array_equal(np.concatenate([x[:0], *parts]), x)


def test_the_mean_row_is_exact_far_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """float32 sums of these would be off in the third digit."""
    monkeypatch.setattr(streaming, "CHUNK", 100)
    x = (1e6 + np.random.default_rng(0).normal(size=(5_000, 3))).astype(np.float32)
    np.testing.assert_allclose(mean_row(x), x.astype(np.float64).mean(axis=0), rtol=1e-12)
