"""Bringing items into a workspace and embedding them."""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from time import perf_counter
from typing import TYPE_CHECKING, Any

from core.commands.understanding import keep, summary
from core.errors import BadInput, MissingData
from core.inputs import open_workspace, workspace_rows
from core.progress import Report, silent
from core.reduced import complete_family, full_model

if TYPE_CHECKING:
    from core.encoders.pipeline import Embedded
    from core.sources import Item, Refused
    from core.workspace import Added, Workspace


def embed(
    workspace: str,
    source: str | None = None,
    model: str = "pocket",
    captions: str | None = None,
    batch: int | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Adds the items of a source (None: nothing new), then embeds whatever the model has not embedded yet.

    The reduced models made of it are brought up to date with it, and `reduced` names them; one of them in place of the
    model means the model that it was made of. An item counts once, with its image and its caption; `rate` is items a
    second of embedding; `understood` is what `core.commands.understanding.summary` gives, None where nothing is
    embedded.
    """
    from core.encoders import load
    from core.encoders.pipeline import embed

    start = perf_counter()
    model = _full(workspace, model)
    name = load(model).name
    added = add(workspace, source, captions, report) if source is not None else None
    place = open_workspace(workspace)
    waiting = _lacking(place, name)
    done = embed(place, model, report, batch)
    embedded = len(waiting - _lacking(place, name))
    reduced = complete_family(place, name, report)
    refused = [{"source": each.source, "reason": each.reason} for each in added.refused] if added else []
    return {
        "added": added.added if added else 0,
        "embedded": embedded,
        "skipped": added.skipped if added else 0,
        "refused": refused + _without_vector(place, done),
        "model": done.model,
        "seconds": round(perf_counter() - start, 3),
        "rate": round(embedded / done.seconds, 2) if done.seconds else 0.0,
        "understood": _understood(place, name),
        **({"reduced": reduced} if reduced else {}),
    }


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result with one line about whether the model understands the images."""
    understood = result["understood"]
    return {**result, "understood": understood["words"]} if understood else {**result}


def add(workspace: str, source: str, captions: str | None = None, report: Report = silent) -> "Added":
    """The items of a source put into a workspace, which is made where there is none."""
    from core.sources import count, read
    from core.workspace import Workspace

    items, total = _begun(read(source, captions)), count(source)
    place = Workspace.open_or_create(workspace)
    return place.add(items, report, total=total)


def _begun(items: Iterator["Item | Refused"]) -> Iterator["Item | Refused"]:
    """The same items; a source that cannot be read says so now, before a workspace is made for it."""
    first = list(islice(items, 1))
    return chain(first, items)


def _full(workspace: str, model: str) -> str:
    """The model that can embed; a workspace that is yet to be made has no reduced ones."""
    try:
        return full_model(open_workspace(workspace), model)
    except (BadInput, MissingData):
        return model


def _lacking(place: "Workspace", model: str) -> set[str]:
    """The items whose image or caption has no vector yet."""
    return {id for modality in ("image", "text") for id in place.missing(model, modality)}


def _understood(place: "Workspace", model: str) -> dict[str, Any] | None:
    """Whether the model understands the images, measured anew where an embedding has changed."""
    there = any(each.model == model for each in place.models())
    return summary(keep(place, workspace_rows(place, "both", model))) if there else None


def _without_vector(place: "Workspace", done: "Embedded") -> list[dict[str, str]]:
    """Items whose picture no vector could be made of."""
    if not done.refused:
        return []
    table = place.table(columns=["source"], ids=[each.id for each in done.refused])
    sources = {row["id"]: row["source"] for row in table.to_pylist()}
    return [{"source": sources.get(each.id, each.id), "reason": each.reason} for each in done.refused]
