"""How long work tells what it has done, and how it is stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.errors import Cancelled

__all__ = ["Cancelled", "Progress", "Report", "silent"]


@dataclass(frozen=True)
class Progress:
    """One message of a running task.

    `done` of `total` steps (`total=None`: open-ended), a line for a person,
    and figures to draw as they come, e.g. `{"rate": 12.5}` in items a second.
    """

    done: int
    total: int | None = None
    message: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


Report = Callable[[Progress], None]
"""Called now and then by long work; raises `Cancelled` to stop it."""


def silent(progress: Progress) -> None:
    """The report of someone who does not listen."""
