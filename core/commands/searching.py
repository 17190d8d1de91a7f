"""Search by words, by a picture, or by an item that is already there."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np

from core.commands.options import Argument, Model, Option, Place
from core.errors import BadInput, BadParameter, MissingData
from core.features import behind, check_words, is_features
from core.inputs import embedded_model, open_workspace
from core.progress import Report, silent
from core.reduced import full_model, reduced_query
from core.results import Embeddings, Floats
from core.runs.record import Result
from core.search import Hits, nearest, search_items

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.workspace import Workspace


@dataclass(frozen=True)
class Hit:
    """An item that was found, and its cosine similarity."""

    id: str
    score: float
    caption: str = ""
    source: str = ""


class SearchResult(Result, frozen=True, kw_only=True):
    """What the command `search` returns, best first."""

    hits: Sequence[Hit]


def search(
    workspace: Place,
    text: Annotated[str | None, Argument("Words to search for.")] = None,
    image: Annotated[str | None, Option("A picture to search for.", "FILE")] = None,
    model: Model = None,
    top: Annotated[int, Option("How many hits.")] = 10,
    target: Annotated[str | None, Option("Compare with images or captions.")] = None,
    item: str | None = None,
    report: Report = silent,
) -> SearchResult:
    """The items nearest to words or to a picture; in Python also to an item that is already there.

    `target`: compare with the "images" or the "captions"; None: the images, where some are embedded. An item with
    several captions is found once, by the nearest of them.
    """
    _check(text, image, item, target)
    place = open_workspace(workspace)
    model = embedded_model(place, target or "both", model)
    embeddings = _targets(place, model, target)
    if item is not None:
        hits = _nearest_to_item(place, embeddings, item, top)
    else:
        hits = search_items(embeddings, _query(place, model, text, image), top)
    return SearchResult(hits=_described(place, hits))


def _check(text: str | None, image: str | None, item: str | None, target: str | None) -> None:
    if [text, image, item].count(None) != 2:
        raise BadInput("a search needs one query: words, or a picture, and not both")
    if text is not None and not text.strip():
        raise BadInput("the words to search for are empty: write some")
    if target not in (None, "images", "captions"):
        raise BadParameter(f"target {target!r} is not one of images, captions", "target")


def _targets(place: "Workspace", model: str, target: str | None) -> Embeddings:
    """The embeddings to search among."""
    images = target != "captions" and _vectors(place.path, place.version, model, "image")
    return images or _vectors(place.path, place.version, model, "text")


@lru_cache(maxsize=2)
def _vectors(path: str, version: int, model: str, modality: str) -> Embeddings:
    """Kept until the workspace changes: a worker answers many questions about one workspace."""
    return open_workspace(path).every_embedding(model, modality)


def _query(place: "Workspace", model: str, text: str | None, image: str | None) -> Floats:
    """What the full model makes of it, reduced where the model is; of a picture its features, where those are meant."""
    from core.encoders import load

    full = full_model(place, model)
    if image is None:
        check_words(full)
        return reduced_query(place, model, load(full).encode_texts([text or ""])[0], "text")
    encoder = load(behind(full))
    encode = encoder.encode_features if is_features(full) else encoder.encode_images
    return reduced_query(place, model, encode([_picture(image)])[0], "image")


def _picture(path: str) -> "Image":
    from core.sources.pictures import open_picture

    try:
        return open_picture(Path(path).read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None


def _nearest_to_item(place: "Workspace", embeddings: Embeddings, item: str, top: int) -> Hits:
    """By the item's own picture, or by its caption where it has no picture; the item itself is left out."""
    for modality in ("image", "text"):
        with suppress(MissingData):
            mine = place.embeddings(embeddings.model, modality, [item])
            return nearest(embeddings, mine.vectors[0], item, top)
    raise MissingData(f"item {item} is not embedded by {embeddings.model}: embed it first")


def _described(place: "Workspace", hits: Hits) -> list[Hit]:
    table = place.table(columns=["caption", "source"], ids=hits.ids.tolist())
    scores = np.round(hits.scores.astype(float), 6).tolist()
    found = zip(*(table[name].to_pylist() for name in ("id", "caption", "source")), scores, strict=True)
    return [Hit(id, score, caption or "", source or "") for id, caption, source, score in found]
