"""Embedding what a workspace lacks: decoding in parallel with the model, written every few seconds.

Whatever stops it (a stop, a crash, `kill -9`) costs at most the last seconds: the next call goes on
with what is missing then.
"""

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from core.encoders import load
from core.encoders.prefetch import prefetch
from core.errors import BadParameter, BadPicture
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
FIRST_BATCH = 16
LARGEST_BATCH = {"cpu": 64, "mps": 128, "cuda": 256}
BATCH_SECONDS = (0.5, 2.0)
"""A batch should take about so long: a stop is heeded, and the rate told, between batches."""
RATE_SECONDS = 20.0


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
    than the model's context, of which the beginning was embedded. rate: images and captions a second.
    """

    model: str
    images: int
    captions: int
    skipped: int
    refused: tuple[Unusable, ...]
    truncated: int
    seconds: float

    @property
    def embedded(self) -> int:
        return self.images + self.captions

    @property
    def rate(self) -> float:
        return self.embedded / self.seconds if self.seconds else 0.0


def embed(workspace: "Workspace", model: str, report: Report = silent, batch: int | None = None) -> Embedded:
    """Embeds the images and captions that the workspace lacks of this model.

    Equal captions are embedded once. `batch` is chosen by the time a batch takes, unless given.
    Raises `Cancelled` from `report` at the end of a batch; all before it is written then.
    """
    begun = time.monotonic()
    report(Progress(0, None, f"loading {model}"))
    encoder = load(model)
    skipped = sum(each.count for each in workspace.models() if each.model == encoder.name)
    images, captions = (workspace.missing(encoder.name, modality) for modality in ("image", "text"))
    pace, size = Pace(report, len(images) + len(captions)), BatchSize(encoder.device.type, batch)
    task = Task(workspace, encoder, pace, size)
    refused = task.embed_images(images)
    done_images = len(images) - len(refused)
    truncated, without = task.embed_captions(captions)
    seconds = time.monotonic() - begun
    done_captions = len(captions) - len(without)
    return Embedded(encoder.name, done_images, done_captions, skipped, (*refused, *without), truncated, seconds)


class Task:
    """One call of `embed`."""

    def __init__(self, workspace: "Workspace", encoder: "Encoder", pace: "Pace", batch: "BatchSize") -> None:
        self.workspace, self.encoder, self.pace, self.batch = workspace, encoder, pace, batch

    def embed_images(self, ids: Sequence[str]) -> list[Unusable]:
        """Writes the vectors of these items' pictures; returns those that have none."""
        refused: list[Unusable] = []
        rows = self.read(ids)
        pictures = prefetch(rows, self.decode, decoders(self.encoder.device.type), self.batch.ahead)
        with Writer(self.workspace, self.encoder.name, "image") as writer, closing(pictures):
            while group := list(islice(pictures, self.batch.size)):
                with self.batch:
                    refused += self.encode_pictures(group, writer)
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

    def encode_pictures(self, group: Sequence[tuple[str, Any]], writer: "Writer") -> list[Unusable]:
        refused = [Unusable(id, result) for id, result in group if isinstance(result, str)]
        good = [(id, result) for id, result in group if not isinstance(result, str)]
        if good:
            ids, pixels = zip(*good, strict=True)
            refused += writer.add(ids, self.encoder.image_vectors(pixels))
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
    """Collects vectors and writes them every few seconds and at the end, however that comes about."""

    def __init__(self, workspace: "Workspace", model: str, modality: str) -> None:
        self.workspace, self.model, self.modality = workspace, model, modality
        self.ids: list[str] = []
        self.vectors: list[Floats] = []
        self.written = time.monotonic()

    def add(self, ids: Sequence[str], vectors: Floats) -> list[Unusable]:
        """Takes vectors (N, D) float32 of unit norm; returns the items whose row is NaN."""
        bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1)).tolist()
        self.ids += [id for row, id in enumerate(ids) if row not in bad]
        self.vectors.append(np.delete(vectors, bad, axis=0))
        if time.monotonic() - self.written >= WRITE_SECONDS or len(self.ids) >= WRITE_ROWS:
            self.flush()
        return [Unusable(ids[row], f"{self.model} gives it no direction (a zero or infinite vector)") for row in bad]

    def flush(self) -> None:
        if self.ids:
            self.workspace.add_embeddings(self.model, self.modality, self.ids, np.concatenate(self.vectors))
        self.ids, self.vectors, self.written = [], [], time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.flush()


class Pace:
    """Tells how far it is: items done, items a second over the last seconds, seconds left."""

    def __init__(self, report: Report, total: int) -> None:
        self.report, self.total, self.done = report, total, 0
        self.times: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def step(self, count: int, message: str) -> None:
        """`count` items more are done; raises what the report raises."""
        self.done += count
        now = time.monotonic()
        self.times.append((now, self.done))
        while len(self.times) > 2 and now - self.times[0][0] > RATE_SECONDS:
            self.times.popleft()
        then, before = self.times[0]
        rate = (self.done - before) / max(now - then, 1e-6)
        metrics = {"rate": rate, "left": (self.total - self.done) / max(rate, 1e-6)}
        self.report(Progress(self.done, self.total, message, metrics))


class BatchSize:
    """Items a batch: as given, or adapted to the time that the last batch took.

    `with` around the work of a batch measures it.
    """

    def __init__(self, device: str, fixed: int | None = None) -> None:
        if fixed is not None and fixed < 1:
            raise BadParameter(f"batch={fixed} is below 1: leave it out to have it chosen")
        self.fixed = fixed
        self.largest = fixed or LARGEST_BATCH[device]
        self.size = fixed or FIRST_BATCH
        self.begun = 0.0

    @property
    def ahead(self) -> int:
        """Items to prepare before they are asked for."""
        return 2 * self.largest

    def __enter__(self) -> None:
        self.begun = time.monotonic()

    def __exit__(self, *exception: object) -> None:
        seconds = time.monotonic() - self.begun
        if self.fixed is None and seconds < BATCH_SECONDS[0]:
            self.size = min(2 * self.size, self.largest)
        elif self.fixed is None and seconds > BATCH_SECONDS[1]:
            self.size = max(1, self.size // 2)


def decoders(device: str) -> int:
    """Threads that decode: all cores beside a GPU; beside a model on the CPU only as many as it needs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores if device == "cuda" else cores // 2)
