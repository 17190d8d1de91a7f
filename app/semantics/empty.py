"""The Semantics page of a workspace without embeddings: what to do."""

from app import amounts
from app.empty import bring, middle, say
from core.jobs import jobs
from core.workspace import Workspace

TITLE = "Nothing to compare with words yet"


def show(workspace: Workspace) -> None:
    """One line about why nothing can be compared, and the way on."""
    count = workspace.count()
    with middle():
        if any(job.active and job.command == "embed" for job in jobs().list(workspace.path)):
            say("hourglass_top", "The items are being embedded", "Words can be compared with them when that is done.")
            return
        waiting = f"{amounts.counted(count, 'item')} wait to be embedded by a model; then words can be compared with."
        say("translate", TITLE, waiting if count else "Bring images or captions first; then ask what they mean.")
        bring(count)
