"""Bringing items into a workspace and embedding them."""

from collections.abc import Iterator
from itertools import chain, islice
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import field

from core.commands.mapping import bring_up_to_date
from core.commands.options import Argument, Option
from core.commands.understanding import keep
from core.encoders.catalogue import DEFAULT
from core.errors import BadInput, MissingData, MissingWeights
from core.features import features_of, is_kept
from core.inputs import embedded_model, open_workspace, workspace_rows
from core.progress import Report, silent
from core.reduced import complete_family, source_model
from core.runs.record import Result
from core.runs.understood import UnderstoodResult
from core.sources.items import Refused
from core.workspace.captions import item_of

if TYPE_CHECKING:
    from core.encoders.pipeline import Embedded
    from core.sources import Item
    from core.workspace import Added, Workspace


class EmbedResult(Result, frozen=True, kw_only=True):
    """What the command `embed` returns; see there. map: the run of the new map; placed: points that are new on it."""

    added: int
    embedded: int
    skipped: int
    captions_added: int = 0
    refused: list[Refused]
    notes: list[Refused] = field(default_factory=list)
    model: str
    seconds: float
    rate: float
    features: str | None = None
    understood: UnderstoodResult | None = None
    reduced: list[str] = field(default_factory=list)
    map: str | None = None
    placed: int = 0

    def summary(self) -> str:
        """`added 5, embedded 5, already here 2, refused 1, a first map`."""
        counts = {
            "added": self.added,
            "embedded": self.embedded,
            "already here": self.skipped,
            "captions added to these": self.captions_added,
            "refused": len(self.refused),
            "new on the map": self.placed,
        }
        parts = [f"{count:,} {name}" for name, count in counts.items() if count]
        return ", ".join(parts + ["a first map"] * (self.map is not None and not self.placed)) or "nothing new"

    def readable(self) -> dict[str, Any]:
        """With one line about whether the model understands the images."""
        return self.to_dict() | ({"understood": self.understood.words} if self.understood else {})


def embed(
    workspace: Annotated[str, Option("Made where there is none.", "DIR")],
    source: Annotated[
        str | None,
        Argument("Folder, zip, table, captions of COCO or Flickr, CelebA, bundled set; left out: none."),
    ] = None,
    model: Annotated[
        str | None, Option("One that `models` lists, hf-hub:…, or a path; the workspace's own, else pocket-2.")
    ] = None,
    captions: Annotated[str | None, Option("A table of captions for the pictures.", "FILE")] = None,
    batch: Annotated[int | None, Option("Pictures at once; left out: what suits the machine.")] = None,
    features: Annotated[bool, Option("Keep the features behind the images' vectors too, as 'MODEL features'.")] = False,
    maps: Annotated[bool, Option("Put new items on the newest map, or draw a first one.")] = True,
    report: Report = silent,
) -> EmbedResult:
    """Bring a source's items into a workspace and embed them; goes on where it was stopped.

    Adds the items of a source (None: nothing new), then embeds whatever the model has not embedded yet.

    `features`: keeps the features behind the images' vectors too, see `core.features`; `features` of the result names
    them. Kept once, they are brought up to date with the model, and so are the reduced models made of it, which
    `reduced` names; one of those names in place of the model's means the model itself. An item counts once, with its
    image and all of its captions; `rate` is items a second of embedding. `captions_added`: how many captions of the
    source are new to items that were here. `notes`: what was taken, but not whole. `understood`: what
    the command of that name gives, None where nothing is embedded. `maps`: new items go on the newest map
    of the model, or a first map is drawn, as `core.commands.mapping.bring_up_to_date` says. Where the model cannot be
    had, the items are added all the same, and the error says so.
    """
    from core.encoders.pipeline import embed

    start = perf_counter()
    added = add(workspace, source, captions, report) if source is not None else None
    place = open_workspace(workspace)
    model = _full(workspace, model)
    name = _ready(model, features, added, report)
    features = features or is_kept(place, name)
    waiting = _lacking(place, name, features)
    done = embed(place, model, report, batch, features)
    embedded = len(waiting - _lacking(place, name, features))
    reduced = complete_family(place, name, report)
    kept = [name, *([features_of(name)] if features else []), *reduced]
    mapped = bring_up_to_date(place, kept, report) if maps else None
    return EmbedResult(
        added=added.added if added else 0,
        embedded=embedded,
        skipped=added.skipped if added else 0,
        captions_added=added.captions if added else 0,
        refused=[*(added.refused if added else ()), *_without_vector(place, done)],
        notes=[*(added.notes if added else ()), *_cut_off(done)],
        model=done.model,
        seconds=round(perf_counter() - start, 3),
        rate=round(embedded / done.seconds, 2) if done.seconds else 0.0,
        features=features_of(name) if features else None,
        understood=_understood(place, name),
        reduced=reduced,
        map=mapped.run if mapped else None,
        placed=(mapped.placed or 0) if mapped else 0,
    )


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


def _ready(model: str, features: bool, added: "Added | None", report: Report) -> str:
    """The model's identity, once it is in memory; one of the hub that is not here is downloaded, with progress."""
    from core.encoders import load
    from core.encoders.pipeline import check_features

    try:
        encoder = load(model, report)
        if features:
            check_features(encoder)
        return encoder.name
    except (BadInput, MissingWeights) as error:
        raise type(error)(f"{_kept(added)}{error}") from None


def _kept(added: "Added | None") -> str:
    """`5 added and kept, 1 refused (x.png: not a picture), none embedded: `."""
    if added is None:
        return ""
    refused = [f"{each.source}: {each.reason}" for each in added.refused]
    first = f", {len(refused)} refused ({refused[0]})" if refused else ""
    return f"{added.added} added and kept{first}, but not embedded: "


def _full(workspace: str, model: str | None) -> str:
    """The model that can embed; where none is named, the one that has embedded most, else the bundled one.

    A workspace that is yet to be made has no reduced ones and no features.
    """
    try:
        place = open_workspace(workspace)
        return source_model(place, model or embedded_model(place))
    except (BadInput, MissingData):
        return model or DEFAULT


def _lacking(place: "Workspace", model: str, features: bool) -> set[str]:
    """The items whose image or one of whose captions has no vector, or whose image lacks features to be kept."""
    lacking = {item_of(id) for modality in ("image", "text") for id in place.missing(model, modality)}
    return lacking.union(place.missing(features_of(model), "image") if features else ())


def _understood(place: "Workspace", model: str) -> UnderstoodResult | None:
    """Whether the model understands the images, measured anew where an embedding has changed."""
    there = any(each.model == model for each in place.models())
    return UnderstoodResult.of(keep(place, workspace_rows(place, "both", model))) if there else None


def _cut_off(done: "Embedded") -> list[Refused]:
    """One line for all captions of which the model has read only the beginning."""
    if not done.truncated:
        return []
    longer = f"over the {done.context_length} tokens that {done.model} reads: cut off"
    return [Refused(f"{done.truncated:,} captions" if done.truncated > 1 else "1 caption", longer)]


def _without_vector(place: "Workspace", done: "Embedded") -> list[Refused]:
    """Items of whose picture or caption no vector could be made."""
    if not done.refused:
        return []
    ids = [item_of(each.id) for each in done.refused]
    sources = place.table(columns=["source"], ids=ids)["source"].to_pylist()
    return [Refused(source, each.reason) for source, each in zip(sources, done.refused, strict=True)]
