"""What the jobs of the Data page have brought, and what this session does then."""

from pathlib import Path

from app.kit import formats
from app.kit.page import Outcome, Result
from app.scatter import maps
from app.views.data import spool
from core.jobs import Job, jobs


def counts(result: Result) -> str:
    """`added 5, embedded 5, already here 2, refused 1`."""
    found = {
        "added": result["added"],
        "embedded": result["embedded"],
        "already here": result["skipped"],
        "captions added to these": result.get("captions_added", 0),
        "refused": len(result["refused"]),
        "new on the map": result.get("placed", 0),
    }
    return ", ".join(f"{count:,} {name}" for name, count in found.items() if count) or "nothing new"


def tidy(job: Job, result: Result) -> None:
    """Dropped files have been read, so their copies can go; a map that the job has made comes on screen."""
    sources = [each.arguments.get("source") for each in jobs().list(job.workspace) if each.active]
    spool.tidy(Path(job.workspace), [source for source in sources if source])
    if result.get("map"):
        maps.bring_on_screen(job.workspace, result["map"], result.get("placed", 0))


def _fetched(result: Result) -> str:
    return f"{formats.size(result.get('bytes', 0))}, ready to embed"


OUTCOMES = {
    "embed": Outcome(counts, tidy),
    "models fetch": Outcome(_fetched),
    "models import": Outcome(_fetched),
}
