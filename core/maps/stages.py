"""Progress of work with side stages: they speak, but only the main stage moves the bar."""

from collections.abc import Mapping

from core.progress import Progress, Report


class Bar:
    """A bar of `total` steps (None: open-ended); `done` never falls."""

    def __init__(self, report: Report, total: int | None = None) -> None:
        self.report, self.total, self.done = report, total, 0

    def step(self, done: int, message: str, metrics: Mapping[str, float] | None = None) -> None:
        """So many steps are done."""
        self.done = max(self.done, done)
        self.report(Progress(self.done, self.total, message, metrics or {}))

    def follow(self, progress: Progress) -> None:
        """A report for work that is the main stage itself."""
        self.total = progress.total
        self.step(progress.done, progress.message, progress.metrics)

    def aside(self, progress: Progress) -> None:
        """A report for side stages: the message with its share, the bar stays where it is."""
        share = f": {progress.done / progress.total:.0%}" if progress.total else ""
        self.step(self.done, f"{progress.message}{share}")
