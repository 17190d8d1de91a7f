"""The Groups page of a workspace without embeddings: what to do."""

from app import amounts
from app.empty import bring, middle, say
from core.jobs import jobs
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """One line about why no groups can be compared, and the way on."""
    count = workspace.count()
    with middle():
        if any(job.active and job.command == "embed" for job in jobs().list(workspace.path)):
            say("hourglass_top", "The items are being embedded", "Groups can be compared when that is done.")
            return
        if count:
            line = f"{amounts.counted(count, 'item')} wait to be embedded by a model; then groups can be compared."
        else:
            line = "Bring images or captions with labels first; then see how groups of them compare."
        say("workspaces", "No groups yet", line)
        bring(count)
