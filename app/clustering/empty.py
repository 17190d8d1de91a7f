"""The Clusters page of a workspace without embeddings: what to do."""

from app import amounts
from app.empty import bring, middle, say
from core.jobs import jobs
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """One line about why nothing can be clustered, and the way on."""
    count = workspace.count()
    with middle():
        if any(job.active and job.command == "embed" for job in jobs().list(workspace.path)):
            say("hourglass_top", "The items are being embedded", "Clusters can be sought when that is done.")
            return
        if count:
            line = f"{amounts.counted(count, 'item')} wait to be embedded by a model; then groups can be sought."
            say("memory", "Nothing to cluster yet", line)
        else:
            line = "Bring images or captions first; then look for groups in them."
            say("bubble_chart", "Nothing to cluster yet", line)
        bring(count)
