"""Ctrl-C, or a notebook's stop button, ends work cleanly."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from core.errors import Cancelled
from core.progress import Progress, Report


@contextmanager
def stoppable(show: Report) -> Iterator[Report]:
    """The report that hands on to `show`, and stops the work after Ctrl-C.

    The first Ctrl-C stops at the next report, so that a partial result is kept; a second one stops at once.
    """
    report = _Stoppable(show)
    if current_thread() is not main_thread():  # no other one is told of signals
        yield report
        return
    before = signal.signal(signal.SIGINT, report.stop)
    try:
        yield report
    finally:
        signal.signal(signal.SIGINT, before)


class _Stoppable:
    def __init__(self, show: Report) -> None:
        self.show = show
        self.stopping = self.stopped = False

    def __call__(self, progress: Progress) -> None:
        if self.stopping and not self.stopped:
            self.stopped = True
            raise Cancelled("stopped")
        self.show(progress)

    def stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            raise KeyboardInterrupt
        self.stopping = True
