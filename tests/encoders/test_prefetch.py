import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from core.encoders.pace import prefetch


def test_results_come_in_order() -> None:
    def work(number: int) -> int:
        time.sleep(0.001 * (number % 3))
        return number * number

    assert list(prefetch(range(50), work, threads=4, ahead=8)) == [number * number for number in range(50)]


def test_nothing_gives_nothing() -> None:
    assert list(prefetch([], str, threads=2, ahead=2)) == []


def test_it_works_ahead_but_not_too_far() -> None:
    drawn = []

    def items() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    with closing(prefetch(items(), str, threads=2, ahead=5)) as results:
        assert next(results) == "0"
        time.sleep(0.1)
        assert 5 <= len(drawn) <= 7


def test_few_items_wait_for_a_thread() -> None:
    """Pictures that are not decoded yet may be large."""
    drawn, go = [], threading.Event()

    def items() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    with closing(prefetch(items(), lambda number: go.wait(5), threads=2, ahead=50)) as results:
        threading.Timer(0.1, go.set).start()
        next(results)
        assert len(drawn) <= 60
    assert drawn[:5] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("where", ["items", "work"])
def test_an_error_is_raised_here(where: str) -> None:
    def items() -> Iterator[int]:
        yield 1
        if where == "items":
            raise OSError("the store is gone")
        yield 0

    results = prefetch(items(), lambda number: 1 // number, threads=2, ahead=4)
    assert next(results) == 1
    with pytest.raises(OSError if where == "items" else ZeroDivisionError):
        next(results)


def test_closing_it_ends_its_threads() -> None:
    before = threading.active_count()
    with closing(prefetch(iter(range(10**9)), str, threads=3, ahead=4)) as results:
        next(results)
    assert threading.active_count() == before
