"""The pages, as they register themselves, and what they make of the results of jobs."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from app import views
from app.kit.page import Outcome, Page
from app.kit.state import state
from core.jobs import Job


@lru_cache(maxsize=1)
def pages() -> Mapping[str, Page]:
    """Every page by the name of its folder, which stands in its address, in their order."""
    names = [each.parent.name for folder in views.__path__ for each in Path(folder).glob("*/page.py")]
    found = {name: import_module(f"{views.__name__}.{name}.page").PAGE for name in names}
    return dict(sorted(found.items(), key=lambda each: each[1].place))


def outcome(command: str) -> Outcome | None:
    """What a page makes of a command's result; None where no page says."""
    known = (page.outcomes.get(command) for page in pages().values())
    return next((each for each in known if each), None)


def summary(job: Job) -> str:
    """What a job that is done has brought, in a few words."""
    known = outcome(job.command)
    return known.summary(job.result or {}) if known else ""


def go_on(ended: Iterable[Job]) -> None:
    """Follows up the jobs that this session waited for and that have brought something."""
    for job in ended:
        if job.id in state().expected:
            state().expected.discard(job.id)
            if job.result and (known := outcome(job.command)):
                known.after(job, job.result)
