"""Progress by tqdm: a widget in a notebook, a line at a terminal, nothing where nobody looks."""

import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.progress import Progress, Report
from core.stopping import stoppable

INTERVAL = 0.1


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A report that draws a bar, which is gone when the work is done, and stops the work after Ctrl-C."""
    bar = _Bar()
    try:
        with stoppable(bar) as report:
            yield report
    finally:
        bar.close()


class _Bar:
    """Made at the first report, so that quick work draws nothing."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.drawn = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.drawn >= INTERVAL:
            self.drawn = now
            self._draw(progress)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()

    def _draw(self, progress: Progress) -> None:
        if self.bar is None:
            self.bar = _made()
        self.bar.total, self.bar.n = progress.total, progress.done
        if progress.unit == "bytes":
            self.bar.unit, self.bar.unit_scale = "B", True
        self.bar.set_description(progress.message, refresh=False)
        self.bar.set_postfix({name: f"{value:.3g}" for name, value in progress.metrics.items()}, refresh=False)
        self.bar.refresh()


def _made() -> Any:
    """tqdm's own choice of a bar; where there are no widgets, it warns, and draws in text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

    return tqdm(leave=False, disable=not (sys.stderr.isatty() or "ipykernel" in sys.modules))
