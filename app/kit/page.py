"""What a page says of itself: a page is a folder of `app/views` whose module `page` has a `PAGE`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.jobs import Job

Result = Mapping[str, Any]


def nothing(job: Job, result: Result) -> None:
    """What most sessions do when a job is done."""


@dataclass(frozen=True)
class Outcome:
    """What a page makes of a command's result.

    summary: what the job has brought, in a few words. after: what the session that started it does then.
    """

    summary: Callable[[Result], str]
    after: Callable[[Job, Result], None] = nothing


@dataclass(frozen=True)
class Page:
    """title, icon, place: in the side bar, from the top. show: draws it. outcomes: of the commands that it starts.

    is_first: it opens when nobody has asked for another.
    """

    title: str
    icon: str
    place: float
    show: Callable[[], None]
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    is_first: bool = False
