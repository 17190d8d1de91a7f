"""What the jobs of the Data page have brought, and what this session does then."""

from pathlib import Path

from msgspec import convert

from app.kit.page import Outcome, Result
from app.scatter import maps
from app.views.data import spool
from core.commands.embedding import EmbedResult
from core.commands.models import InstalledResult
from core.jobs import Job, jobs


def tidy(job: Job, result: Result) -> None:
    """Dropped files have been read, so their copies can go; a map that the job has made comes on screen."""
    sources = [each.arguments.get("source") for each in jobs().list(job.workspace) if each.active]
    spool.tidy(Path(job.workspace), [source for source in sources if source])
    found = convert(result, EmbedResult)
    if found.map:
        maps.bring_on_screen(job.workspace, found.map, found.placed)


INSTALLED = Outcome(lambda result: convert(result, InstalledResult).summary())
OUTCOMES = {
    "embed": Outcome(lambda result: convert(result, EmbedResult).summary(), tidy),
    "models fetch": INSTALLED,
    "models import": INSTALLED,
}
