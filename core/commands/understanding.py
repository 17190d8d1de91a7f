"""Whether a model understands the images of a workspace: measured, and kept as a run until an embedding changes."""

from dataclasses import replace
from hashlib import blake2b
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from core.commands.options import Model, Place
from core.commands.pairs import wordings
from core.commands.runs import Analysis, Made
from core.features import check_words
from core.inputs import Rows, open_workspace, workspace_rows
from core.progress import Progress, Report, silent
from core.reduced import full_model
from core.results import places
from core.runs.record import metrics
from core.runs.understood import UnderstoodFigures, UnderstoodResult, UnderstoodRun
from core.understanding.matching import match
from core.understanding.nearness import nearness
from core.understanding.results import NOT_SHOWN, Match, Understanding

if TYPE_CHECKING:
    from core.workspace import RunCard, Workspace

ANALYSIS = Analysis(UnderstoodRun.KIND, "Whether the model understands the images")


def understood(workspace: Place, model: Model = None, report: Report = silent) -> UnderstoodResult:
    """Tell whether a model understands the images: by their captions, or less surely by what they lie near to.

    Whether a model understands the images of a workspace, by their captions, or less surely by their distance to
    those of the bundled sets; see `Understanding.verdict`.

    model: None: the one that has embedded most. Measured anew only where an embedding has changed since.
    """
    report(Progress(0, None, "matching images and captions"))
    place = open_workspace(workspace)
    rows = workspace_rows(place, "both", model)
    check_words(full_model(place, rows.model))
    return UnderstoodResult.of(keep(place, rows))


def keep(place: "Workspace", rows: Rows) -> Understanding:
    """What is kept of the rows' model, where it is of these very rows; else measured anew, and kept in its place."""
    card = _card(place, rows.model)
    if card is not None and card.fingerprint == rows.fingerprint:
        return UnderstoodRun.figures_of(card)
    counts, start = _counts(place, rows.model), perf_counter()
    found = measured(rows)
    figures = {**metrics(found), "counts": counts}
    made = Made(UnderstoodRun.KIND, ANALYSIS, {}, perf_counter() - start, figures).card(rows)
    UnderstoodRun(replace(made, id=_id(rows.model))).save(place)
    return found


def kept(place: "Workspace", model: str) -> UnderstoodFigures | None:
    """What is kept of a model; None where nothing is, or more has been embedded since."""
    card = _card(place, model)
    found = UnderstoodRun.figures_of(card) if card else None
    return found if found and found.counts == _counts(place, model) else None


def measured(rows: Rows) -> Understanding:
    """rows: all images and captions that a model has embedded. The distance is measured where captions do not tell."""
    images, captions = (rows.take(np.flatnonzero(rows.modality == each)) for each in ("image", "text"))
    found = _match(images, captions)
    shown = found is not None and found.verdict != NOT_SHOWN
    return Understanding(rows.model, len(images), found, None if shown else nearness(images.vectors, rows.model))


def _match(images: Rows, captions: Rows) -> Match | None:
    """None where no caption has an image, or all say the same."""
    owner = places(captions.ids, images.ids)
    mine = np.flatnonzero(owner >= 0)
    if not len(mine):
        return None
    return match(images.vectors, captions.vectors[mine], owner[mine], wordings(captions)[mine])


def _card(place: "Workspace", model: str) -> "RunCard | None":
    return next((card for card in reversed(place.runs(UnderstoodRun.KIND)) if card.model == model), None)


def _counts(place: "Workspace", model: str) -> dict[str, int]:
    """How many images and captions a model has embedded."""
    return {each.modality: each.count for each in place.models() if each.model == model}


def _id(model: str) -> str:
    """One a model: a new measurement takes the place of the last one."""
    return f"{UnderstoodRun.KIND}-{blake2b(model.encode(), digest_size=6).hexdigest()}"
