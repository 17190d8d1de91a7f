"""Work ahead in threads, in order, with bounded memory."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, Semaphore
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


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
