"""How fast embedding goes: the rate that is shown, the size of a batch, and decoding ahead of the model in threads."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, Semaphore
from typing import TypeVar

from core.errors import BadParameter
from core.machine import usable_processors
from core.progress import Progress, Report

Task = TypeVar("Task")
Result = TypeVar("Result")

FIRST_BATCH = 16
LARGEST_BATCH = {"cpu": 64, "mps": 128, "cuda": 256}
BATCH_SECONDS = (0.5, 2.0)
"""A batch should take about so long: a stop is heeded, and the rate shown, between batches."""
RATE_SECONDS = 20.0


class Pace:
    """Tells how far it is: items done, items a second over the last seconds, seconds left."""

    def __init__(self, report: Report, total: int) -> None:
        self.report, self.total, self.done = report, total, 0
        self.times: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def step(self, count: int, message: str) -> None:
        """`count` items more are done; raises what the report raises."""
        self.done += count
        now = time.monotonic()
        self.times.append((now, self.done))
        while len(self.times) > 2 and now - self.times[0][0] > RATE_SECONDS:
            self.times.popleft()
        then, before = self.times[0]
        rate = (self.done - before) / max(now - then, 1e-6)
        metrics = {"rate": rate, "left": (self.total - self.done) / max(rate, 1e-6)}
        self.report(Progress(self.done, self.total, message, metrics))


class BatchSize:
    """Items a batch: as given, or adapted to the time that the last batch took.

    `with` around the work of a batch measures it.
    """

    def __init__(self, device: str, fixed: int | None = None) -> None:
        if fixed is not None and fixed < 1:
            raise BadParameter(f"batch={fixed} is below 1: leave it out to have it chosen")
        self.fixed = fixed
        self.largest = fixed or LARGEST_BATCH[device]
        self.size = fixed or FIRST_BATCH
        self.begun = 0.0

    @property
    def ahead(self) -> int:
        """Items to prepare before they are asked for."""
        return 2 * self.largest

    def __enter__(self) -> None:
        self.begun = time.monotonic()

    def __exit__(self, *exception: object) -> None:
        seconds = time.monotonic() - self.begun
        if self.fixed is None and seconds < BATCH_SECONDS[0]:
            self.size = min(2 * self.size, self.largest)
        elif self.fixed is None and seconds > BATCH_SECONDS[1]:
            self.size = max(1, self.size // 2)


def decoders(device: str) -> int:
    """Threads that decode: all cores beside a GPU; beside a model on the CPU only as many as it needs."""
    cores = usable_processors()
    return max(1, cores if device == "cuda" else cores // 2)


def prefetch(items: Iterable[Task], work: Callable[[Task], Result], threads: int, ahead: int) -> Generator[Result]:
    """`map(work, items)` in threads: results in order, at most `ahead` of them before they are asked for.

    The items are drawn in a thread too, and only twice as many as there are threads wait for one.
    Closing the generator ends its threads; what `items` or `work` raises is raised here.
    """
    results: SimpleQueue[Future[Result] | None] = SimpleQueue()
    space, hands, over = Semaphore(ahead), Semaphore(2 * threads), Event()

    def handle(item: Task) -> Result:
        try:
            return work(item)
        finally:
            hands.release()

    def feed() -> None:
        try:
            for item in items:
                space.acquire()
                hands.acquire()
                if over.is_set():
                    return
                results.put(pool.submit(handle, item))
        except Exception as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            results.put(failed)
        results.put(None)

    with ThreadPoolExecutor(threads + 1, thread_name_prefix="prefetch") as pool:
        pool.submit(feed)
        try:
            while (future := results.get()) is not None:
                yield future.result()
                space.release()
        finally:
            over.set()
            space.release()
            hands.release()
            pool.shutdown(cancel_futures=True)
