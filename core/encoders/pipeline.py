"""Embedding what a workspace lacks: decoding in parallel with the model, written every few seconds.

Whatever stops it (a stop, a crash, `kill -9`) costs at most the last seconds: the next call goes on
with what is missing then.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from core.encoders import load
from core.encoders.pace import BatchSize, Pace, decoders, prefetch
from core.errors import BadInput, BadPicture
from core.features import features_of, is_kept
from core.progress import Progress, Report, silent
from core.results import Floats
from core.sources.pictures import open_picture

if TYPE_CHECKING:
    from core.encoders.encoder import Encoder
    from core.workspace import Workspace

WRITE_SECONDS = 5.0
"""So much work can be lost, and so rarely is the store written."""
WRITE_ROWS = 8192
READ_ROWS = 64
"""Pictures read at once: as they were given, so possibly many megabytes each."""


@dataclass(frozen=True)
class Unusable:
    """A picture or caption without a vector. id: of the item or of its caption; reason: one line."""

    id: str
    reason: str


@dataclass(frozen=True)
class Embedded:
    """What one call did.

    model: its identity in the workspace. images, captions: how many are embedded now, of an item all captions.
    skipped: vectors that were there before. refused: pictures and captions without a vector. truncated: captions longer
    than the model's context, of which the beginning was embedded. features: images whose features are kept now, None
    where none are kept. context_length: tokens that the model reads of a caption.
    """

    model: str
    images: int
    captions: int
    skipped: int
    refused: tuple[Unusable, ...]
    truncated: int
    seconds: float
    features: int | None = None
    context_length: int = 0


def embed(
    workspace: "Workspace", model: str, report: Report = silent, batch: int | None = None, features: bool = False
) -> Embedded:
    """Embeds the images and captions that the workspace lacks of this model.

    `features`: keeps the features behind the images' vectors too, of the same pass; where some are kept already, they
    are brought up to date anyway. Equal captions are embedded once. `batch` is chosen by the time a batch takes, unless
    given. Raises `Cancelled` from `report` at the end of a batch; all before it is written then.
    """
    begun = time.monotonic()
    report(Progress(0, None, f"loading {model}"))
    encoder = load(model)
    features = features or is_kept(workspace, encoder.name)
    if features:
        check_features(encoder)
    skipped = sum(each.count for each in workspace.models() if each.model == encoder.name)
    without_vector = workspace.missing(encoder.name, "image")
    without_features = workspace.missing(features_of(encoder.name), "image") if features else []
    images = list(dict.fromkeys([*without_vector, *without_features]))
    captions = workspace.missing(encoder.name, "text")
    pace, size = Pace(report, len(images) + len(captions)), BatchSize(encoder.device.type, batch)
    task = Task(workspace, encoder, pace, size)
    with (
        Writer(workspace, encoder.name, "image", without_vector) as vectors,
        Writer(workspace, features_of(encoder.name), "image", without_features) as kept,
    ):
        refused = task.embed_images(images, (vectors, kept) if features else (vectors,))
    truncated, without = task.embed_captions(captions)
    return Embedded(
        model=encoder.name,
        images=vectors.count,
        captions=len(captions) - len(without),
        skipped=skipped,
        refused=(*refused, *without),
        truncated=truncated,
        seconds=time.monotonic() - begun,
        features=kept.count if features else None,
        context_length=encoder.context_length,
    )


def check_features(encoder: "Encoder") -> None:
    """Raises `BadInput` for a model that has none."""
    if not encoder.has_features:
        raise BadInput(f"{encoder.name}: its image tower projects nothing, so its vectors are its features: keep those")


class Task:
    """One call of `embed`."""

    def __init__(self, workspace: "Workspace", encoder: "Encoder", pace: "Pace", batch: "BatchSize") -> None:
        self.workspace, self.encoder, self.pace, self.batch = workspace, encoder, pace, batch

    def embed_images(self, ids: Sequence[str], writers: Sequence["Writer"]) -> list[Unusable]:
        """Writes the vectors of these images, and with two writers their features; the images that have none."""
        refused: list[Unusable] = []
        pictures = prefetch(self.read(ids), self.decode, decoders(self.encoder.device.type), self.batch.ahead)
        with closing(pictures):
            while group := list(islice(pictures, self.batch.size)):
                with self.batch:
                    refused += self.encode_pictures(group, writers)
                self.pace.step(len(group), "embedding images")
        return refused

    def embed_captions(self, ids: Sequence[str]) -> tuple[int, list[Unusable]]:
        """Writes the vectors of the captions of these ids; how many were cut off, and those that have none."""
        owners: dict[str, list[str]] = {}
        for start in range(0, len(ids), WRITE_ROWS):
            some = ids[start : start + WRITE_ROWS]
            for id, text in zip(some, self.workspace.captions(some), strict=True):
                owners.setdefault(text, []).append(id)
        truncated, refused = 0, []
        texts = iter(owners)
        with Writer(self.workspace, self.encoder.name, "text") as writer:
            while group := list(islice(texts, self.batch.size)):
                with self.batch:
                    refused += self.encode_captions(group, owners, writer)
                truncated += sum(len(owners[group[row]]) for row in self.encoder.truncated(group))
                self.pace.step(sum(len(owners[text]) for text in group), "embedding captions")
        return truncated, refused

    def encode_pictures(self, group: Sequence[tuple[str, Any]], writers: Sequence["Writer"]) -> list[Unusable]:
        """One pass of the model, whether or not its features are kept."""
        refused = [Unusable(id, result) for id, result in group if isinstance(result, str)]
        good = [(id, result) for id, result in group if not isinstance(result, str)]
        if good:
            ids, pixels = zip(*good, strict=True)
            several = len(writers) > 1
            found = self.encoder.image_vectors_and_features(pixels) if several else [self.encoder.image_vectors(pixels)]
            for writer, rows in zip(writers, found, strict=True):
                refused += writer.add(ids, rows)
        return refused

    def encode_captions(self, group: Sequence[str], owners: dict[str, list[str]], writer: "Writer") -> list[Unusable]:
        vectors = self.encoder.text_vectors(group)
        ids = [id for text in group for id in owners[text]]
        rows = np.repeat(np.arange(len(group)), [len(owners[text]) for text in group])
        refused = []
        for start in range(0, len(ids), WRITE_ROWS):
            part = slice(start, start + WRITE_ROWS)
            refused += writer.add(ids[part], vectors[rows[part]])
        return refused

    def decode(self, row: tuple[str, bytes]) -> tuple[str, Any]:
        """(id, pixels), or (id, the reason) for a picture that cannot be used."""
        id, data = row
        try:
            self.workspace.check_picture(id, data)
            return id, self.encoder.pixels(open_picture(data))
        except BadPicture as error:
            return id, str(error)
        except (OSError, ValueError, MemoryError) as error:  # such as a picture of 1 × 10,000 pixels
            return id, f"cannot be prepared for the model: {error}"

    def read(self, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """(id, picture) of these items."""
        for rows in self.workspace.iterate(["image"], ids, READ_ROWS):
            yield from zip(rows["id"].to_pylist(), rows["image"].to_pylist(), strict=True)


class Writer:
    """Collects vectors and writes them every few seconds and at the end, however that comes about.

    wanted: ids of which alone it takes vectors; None: of every item. count: of the vectors taken.
    """

    def __init__(
        self, workspace: "Workspace", model: str, modality: str, wanted: Collection[str] | None = None
    ) -> None:
        self.workspace, self.model, self.modality = workspace, model, modality
        self.wanted = None if wanted is None else set(wanted)
        self.count = 0
        self.ids: list[str] = []
        self.vectors: list[Floats] = []
        self.written = time.monotonic()

    def add(self, ids: Sequence[str], vectors: Floats) -> list[Unusable]:
        """Takes vectors (N, D) float32 of unit norm; returns the items whose row is NaN."""
        bad = set(np.flatnonzero(~np.isfinite(vectors).all(axis=1)).tolist())
        rows = [row for row, id in enumerate(ids) if self.wanted is None or id in self.wanted]
        good = [row for row in rows if row not in bad]
        self.ids += [ids[row] for row in good]
        self.vectors.append(vectors[good])
        self.count += len(good)
        if time.monotonic() - self.written >= WRITE_SECONDS or len(self.ids) >= WRITE_ROWS:
            self.flush()
        reason = f"{self.model} gives it no direction (a zero or infinite vector)"
        return [Unusable(ids[row], reason) for row in rows if row in bad]

    def flush(self) -> None:
        if self.ids:
            self.workspace.add_embeddings(self.model, self.modality, self.ids, np.concatenate(self.vectors))
        self.ids, self.vectors, self.written = [], [], time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.flush()
