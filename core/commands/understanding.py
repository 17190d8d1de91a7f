"""Whether a model understands the images of a workspace: measured, and kept as a run until an embedding changes."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from core.commands.options import Model, Place
from core.commands.pairs import sayings
from core.commands.runs import Analysis, Made
from core.features import check_words
from core.inputs import Rows, open_workspace, workspace_rows
from core.progress import Progress, Report, silent
from core.reduced import full_model
from core.understanding import Understanding
from core.understanding.matching import match
from core.understanding.nearness import nearness
from core.understanding.results import Match
from core.understanding.words import details, in_words

if TYPE_CHECKING:
    from core.workspace import RunCard, Workspace

KIND = "understood"
ANALYSIS = Analysis(KIND, "Whether the model understands the images")


def understood(workspace: Place, model: Model = None, report: Report = silent) -> dict[str, Any]:
    """Tell whether a model understands the images: by their captions, or less surely by what they lie near to.

    Whether a model understands the images of a workspace, by their captions, or less surely by their distance to
    those of the bundled sets; see `Understanding.verdict`.

    model: None: the one that has embedded most. Measured anew only where an embedding has changed since.
    """
    report(Progress(0, None, "matching images and captions"))
    place = open_workspace(workspace)
    rows = workspace_rows(place, "both", model)
    check_words(full_model(place, rows.model))
    return summary(keep(place, rows))


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result in words."""
    return {name: result[name] for name in ("model", "images", "verdict", "words", "details")}


def summary(found: Understanding) -> dict[str, Any]:
    """As JSON: what was measured, the verdict, and both in words."""
    told = {"verdict": found.verdict, "by": found.by, "words": in_words(found), "details": details(found)}
    return found.to_dict() | told


def keep(place: "Workspace", rows: Rows) -> Understanding:
    """What is kept of the rows' model, where it is of these very rows; else measured anew, and kept in its place."""
    card = _card(place, rows.model)
    if card is not None and card.fingerprint == rows.fingerprint:
        return Understanding.of(card.metrics)
    counts, start = _counts(place, rows.model), perf_counter()
    found = measured(rows)
    made = Made(KIND, ANALYSIS, {}, perf_counter() - start, found.to_dict() | {"counts": counts})
    place.save_run(replace(made.card(rows), id=_id(rows.model)), {})
    return found


def kept(place: "Workspace", model: str) -> Understanding | None:
    """What is kept of a model; None where nothing is, or more has been embedded since."""
    card = _card(place, model)
    up_to_date = card is not None and card.metrics["counts"] == _counts(place, model)
    return Understanding.of(card.metrics) if card is not None and up_to_date else None


def measured(rows: Rows) -> Understanding:
    """rows: all images and captions that a model has embedded. The distance is measured where captions do not tell."""
    images, captions = (rows.take(np.flatnonzero(rows.modality == each)) for each in ("image", "text"))
    found = _match(images, captions)
    told = found is not None and found.verdict != "not shown"
    return Understanding(rows.model, len(images), found, None if told else nearness(images.vectors, rows.model))


def _match(images: Rows, captions: Rows) -> Match | None:
    """None where no caption has an image, or all say the same."""
    place = {id: row for row, id in enumerate(images.ids.tolist())}
    owner = np.array([place.get(id, -1) for id in captions.ids.tolist()], dtype=np.int64)
    mine = np.flatnonzero(owner >= 0)
    if not len(mine):
        return None
    return match(images.vectors, captions.vectors[mine], owner[mine], sayings(captions)[mine])


def _card(place: "Workspace", model: str) -> "RunCard | None":
    return next((card for card in reversed(place.runs(KIND)) if card.model == model), None)


def _counts(place: "Workspace", model: str) -> dict[str, int]:
    """How many images and captions a model has embedded."""
    return {each.modality: each.count for each in place.models() if each.model == model}


def _id(model: str) -> str:
    """One a model: a new measurement takes the place of the last one."""
    return f"{KIND}-{blake2b(model.encode(), digest_size=6).hexdigest()}"
