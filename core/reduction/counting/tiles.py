"""Counting over all products of images and captions, a tile at a time, while the tile is in the processor's cache."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numba
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.progress import Progress, Report
from core.reduction.counting.nearer import count
from core.reduction.counting.screen import screen_for
from core.results import Floats

Ranks = NDArray[np.int32]
Doubles = NDArray[np.float64]
Items = NDArray[np.int64]
Strip = TypeVar("Strip")

STRIP = TILE = 512
"""Rows and columns of a tile: 1 MB, which stays in the cache until it is counted."""


def count_all(
    image: Floats, text: Floats, item: Items, image_own: Doubles, text_own: Doubles, report: Report
) -> tuple[Ranks, Ranks]:
    """How many products reach an image's own (I,), and a caption's own (N,).

    image: (I, D), text: (N, D), item: (N,), each caption's image.

    One pass serves both ways: a tile's rows count for its images, its columns for its captions.
    """
    message, total = "matching images and captions", len(image)
    report(Progress(0, total, message))
    with threadpool_limits(1, "blas"):  # a strip is one thread's: what it multiplies, it counts
        counted = _Counted(image, text, item, image_own, text_own)
        for done, columns in enumerate(threaded(counted.strip, range(0, total, STRIP)), 1):
            counted.columns += columns
            report(Progress(min(done * STRIP, total), total, message))
    return counted.rows, counted.columns


class _Counted:
    """Counts of both ways so far: rows of the images, columns of the captions, the own partner among them."""

    def __init__(self, image: Floats, text: Floats, item: Items, image_own: Doubles, text_own: Doubles) -> None:
        self.image, self.text = np.ascontiguousarray(image), np.ascontiguousarray(text)
        self.screen = screen_for(self.image, self.text, item)
        self.image_own, self.text_own = image_own, text_own
        self.rows = np.zeros(len(image), dtype=np.int32)
        self.columns = np.zeros(len(text), dtype=np.int32)

    def strip(self, begin: int) -> Ranks:
        """Counts the rows from `begin` on, and gives what they add to the columns: (N,)."""
        some = slice(begin, begin + STRIP)
        columns = np.zeros_like(self.columns)
        for start in range(0, len(columns), TILE):
            self._tile(some, slice(start, start + TILE), columns)
        return columns

    def _tile(self, some: slice, others: slice, columns: Ranks) -> None:
        screen = self.screen
        tile = screen.image[some] @ screen.text[others].T
        whole = (self.image[some], self.text[others])
        tails = (screen.image_tail[some], screen.text_tail[others])
        rests = (screen.image_rest[some], screen.text_rest[others])
        own = (self.image_own[some], self.text_own[others])
        count(tile, *whole, *tails, *rests, *own, self.rows[some], columns[others])


def threaded(work: Callable[[int], Strip], begins: Iterable[int]) -> Iterator[Strip]:
    """What each strip gives, a few ahead; a stop waits for the strips that have begun."""
    threads = numba.get_num_threads()
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Strip]] = deque()
        for begin in begins:
            waiting.append(pool.submit(work, begin))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
