"""How long work tells what it has done, how its stages share one bar, and how it is stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.errors import Cancelled

__all__ = ["Bar", "Cancelled", "Progress", "Report", "silent"]


@dataclass(frozen=True)
class Progress:
    """One message of a running task.

    `done` of `total` steps (`total=None`: open-ended), a line for a person,
    and figures to draw as they come, e.g. `{"rate": 12.5}` in items a second.
    `unit`: of the steps, "bytes" for downloads and copies; "" where they are counted.
    """

    done: int
    total: int | None = None
    message: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""

    @property
    def share(self) -> float:
        """What is done of the whole, 0 … 1; 0 where that is open."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


Report = Callable[[Progress], None]
"""Called now and then by long work; raises `Cancelled` to stop it."""


def silent(progress: Progress) -> None:
    """The report of someone who does not listen."""


class Bar:
    """A bar of `total` steps (None: open-ended); `done` never falls, and side stages do not move it."""

    def __init__(self, report: Report, total: int | None = None) -> None:
        self.report, self.total, self.done = report, total, 0

    def step(self, done: int, message: str, metrics: Mapping[str, float] | None = None) -> None:
        """So many steps are done."""
        self.done = max(self.done, done)
        self.report(Progress(self.done, self.total, message, metrics or {}))

    def stopped(self, done: int, message: str, metrics: Mapping[str, float] | None = None) -> bool:
        """`step` for work that keeps what it has: true where the answer was stop, which is not raised then."""
        try:
            self.step(done, message, metrics)
        except Cancelled:
            return True
        return False

    def follow(self, progress: Progress) -> None:
        """A report for work that is the main stage itself."""
        self.total = progress.total
        self.step(progress.done, progress.message, progress.metrics)

    def part(self, begin: int, steps: int, title: str = "") -> Report:
        """A report for work that is so many steps of the bar, from `begin` on; `title` comes before its messages."""

        def follow(progress: Progress) -> None:
            message = f"{title}: {progress.message}" if title else progress.message
            self.step(begin + int(progress.share * steps), message, progress.metrics)

        return follow

    def aside(self, progress: Progress) -> None:
        """A report for side stages: the message with its share, the bar stays where it is."""
        share = f": {progress.share:.0%}" if progress.total else ""
        self.step(self.done, f"{progress.message}{share}")
