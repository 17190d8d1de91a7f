"""Rows in groups, and reports that stop, for the tests of several methods."""

import numpy as np

from core.errors import Cancelled
from core.progress import Progress


def groups(count: int = 240, k: int = 4, columns: int = 20, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Round groups far apart: (N, D) float32 rows and the group of each."""
    random = np.random.default_rng(0)
    label = np.arange(count) % k
    centres = 3 * random.normal(size=(k, columns))
    return (centres[label] + random.normal(size=(count, columns)) * spread).astype(np.float32), label


class Stop:
    """A report that raises `Cancelled` once: at a message with the word, after so many of these.

    Whatever is reported after that is a failure. calls: reports in all.
    """

    def __init__(self, word: str = "", after: int = 0) -> None:
        self.word, self.left, self.calls, self.stopped = word, after, 0, False

    def __call__(self, progress: Progress) -> None:
        assert not self.stopped, f"reported after the stop: {progress.message}"
        self.calls += 1
        self.left -= self.word in progress.message
        if self.left < 0:
            self.stopped = True
            raise Cancelled("stopped")
