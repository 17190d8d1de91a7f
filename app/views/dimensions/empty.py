"""The Dimensions page of a workspace without pairs: why, and what to do."""

from app.comparison.source import pairs
from app.kit import formats
from app.kit.empty import bring, embedding, middle, say
from core.reduction.checks import LEAST_PAIRS
from core.workspace import Workspace

TITLE = "No pairs to match yet"


def show(workspace: Workspace) -> None:
    """One line about why no curve can be drawn, and the way on."""
    with middle():
        if embedding(workspace, "The curve can be drawn when that is done."):
            return
        say("compress", TITLE, reason(workspace))
        modalities = {each.modality for each in workspace.models()}
        bring(0 if len(modalities) == 1 or pairs(workspace.models()) else workspace.count())


def reason(workspace: Workspace) -> str:
    """What is missing, and the remedy."""
    models, count = workspace.models(), workspace.count()
    if not count:
        return "Bring images with captions first; then see how few dimensions still match them."
    if not models:
        return (
            f"{formats.counted(count, 'item')} wait to be embedded by a model; then see how few dimensions match them."
        )
    found = pairs(models)
    if found:
        most = formats.counted(max(found.values()), "image")
        return f"{most} with a caption: at least {LEAST_PAIRS} are needed to judge a reducer. Bring more."
    if {each.modality for each in models} == {"image"}:
        return "The images have no captions, so nothing can be matched with them: add captions on the Data page."
    if {each.modality for each in models} == {"text"}:
        return "The captions have no images, so nothing can be matched with them: add images on the Data page."
    return "No model has embedded both the images and the captions: embed the others with the same model."
