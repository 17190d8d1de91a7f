"""Where faces to train on come from: files with a table of attributes, CelebA's own, or a workspace's items.

The value of each factor is that of a column or, where there is none, what prompts by a CLIP model make most probable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import BadInput, BadPicture
from core.faces.attributes import FactorPrompts, Labels, by_columns, by_prompts, check_factor_prompts
from core.faces.labelled import LabelledFaces
from core.faces.options import SURE
from core.faces.pictures import square
from core.inputs import open_workspace
from core.progress import Bar, Progress, Report, silent
from core.results import Floats, places
from core.sources import read
from core.sources.items import Refused, Value

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.commands.prompting import Reader
    from core.workspace import Workspace

FEW = 0.1
"""So large a share of what a source names may be unusable; with more, something is wrong with it."""
BATCH = 64
LOOKING = 60
"""Percent of the bar for the CLIP model."""

Row = tuple[str, Mapping[str, Value]]
"""A picture's name and what its columns say."""


def gather(
    source: str,
    side: int,
    attributes: str | None = None,
    factors: Sequence[str] | None = None,
    prompts: FactorPrompts | None = None,
    sure: float = SURE,
    model: str | None = None,
    report: Report = silent,
) -> LabelledFaces:
    """The pictures of a source as squares of `side` pixels, with the values of their factors.

    source: what `embed` reads, or a workspace; attributes: a table for the pictures of a folder or zip. factors:
    columns; None: those that can be. prompts take the columns' place: a value is known where it is at least as
    probable as `sure` by the CLIP model. Raises `BadInput` where too few pictures, or too few of a value, are left.
    """
    bar = Bar(report, 100)
    bar.step(0, "reading the attributes")
    place = opened(source, attributes)
    everything = list(place.rows())
    rows = [each for each in everything if not isinstance(each, Refused)]
    refused = [each for each in everything if isinstance(each, Refused)]
    _check(len(rows), refused)
    names, columns = [name for name, _ in rows], [columns for _, columns in rows]
    if prompts:
        labels = _by_prompts(place, names, prompts, sure, model, bar.part(0, LOOKING))
        return _squares(place, names, labels, side, refused, bar.part(LOOKING, 100 - LOOKING))
    if not any(columns):
        reason = f" ({refused[0].source}: {refused[0].reason})" if refused else ""  # a table that could not be read
        remedy = "bring a table whose column `image` names the pictures, or write prompts"
        raise BadInput(f"{source}: nothing says what these pictures show{reason}: {remedy}", "attributes", "prompts")
    return _squares(place, names, by_columns(columns, factors), side, refused, bar.part(0, 100))


def opened(source: str, attributes: str | None = None) -> Files | Items:
    """A workspace where there is one, else files."""
    from core.workspace import workspaces

    here = (Path(source) / "items.lance").exists() or "://" in source
    if not here and (Path(source).exists() or source not in workspaces()):
        return Files(source, attributes)
    if attributes is not None:
        raise BadInput(f"{source}: a workspace has its columns already: leave the table out", "attributes")
    return Items(open_workspace(source))


@dataclass(frozen=True)
class Files:
    """Pictures of whatever `core.sources` reads, by name, read as often as asked."""

    source: str
    attributes: str | None

    def rows(self) -> Iterator[Row | Refused]:
        """What is known of each picture, in the source's order, and what cannot be used."""
        for each in read(self.source, self.attributes):
            if isinstance(each, Refused):
                yield each
            elif each.image is not None:
                yield each.source, {**({"label": each.label} if each.label else {}), **each.columns}

    def pictures(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of these, in the source's order."""
        wanted = set(names)
        for each in read(self.source, self.attributes):
            if not isinstance(each, Refused) and each.image is not None and each.source in wanted:
                yield each.source, each.image

    def vectors(self, names: Sequence[str], model: str | None, report: Report) -> tuple[Reader, Floats]:
        """Unit vectors (N, D) of these pictures, NaN where there is none, and what reads words for them."""
        from core.commands.prompting import Reader
        from core.encoders import load

        encoder = load(model or "pocket")
        order = {name: place for place, name in enumerate(names)}
        found = np.full((len(names), encoder.dimension), np.nan, np.float32)
        pictures = _readable(self.pictures(names))
        while batch := list(islice(pictures, BATCH)):
            rows = [order[name] for name, _ in batch]
            found[rows] = encoder.image_vectors([encoder.pixels(picture) for _, picture in batch])
            report(Progress(rows[-1] + 1, len(names), f"{encoder.name} looks at the pictures"))
        return Reader(encoder.name, encoder.logit_scale, encoder.encode_texts, encoder.truncated), found


@dataclass(frozen=True)
class Items:
    """The items of a workspace that have a picture, as `Files` has them; their columns, `label` among them."""

    workspace: Workspace

    def rows(self) -> Iterator[Row | Refused]:
        columns = ["label", *self.workspace.columns()]
        for row in self.workspace.table(columns, self.workspace.pictured()).to_pylist():
            yield row.pop("id"), {column: value for column, value in row.items() if value not in (None, "")}

    def pictures(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for batch in self.workspace.iterate(["image"], names):
            for id, image in zip(batch["id"].to_pylist(), batch["image"].to_pylist(), strict=True):
                with suppress(BadPicture):
                    self.workspace.check_picture(id, image)
                    yield id, image

    def vectors(self, names: Sequence[str], model: str | None, report: Report) -> tuple[Reader, Floats]:
        from core.commands.prompting import reader
        from core.inputs import workspace_rows

        rows = workspace_rows(self.workspace, "images", model)
        found = places(names, rows.ids)
        return reader(rows), np.where(found[:, None] >= 0, rows.vectors[found], np.float32(np.nan))


def _by_prompts(
    place: Files | Items, names: Sequence[str], prompts: FactorPrompts, sure: float, model: str | None, report: Report
) -> Labels:
    """The labels that prompts give."""
    from core.semantics.prompts import Prompts, embedded

    check_factor_prompts(prompts, sure)
    words, vectors = place.vectors(names, model, report)
    classes = {}
    for factor, texts in prompts.items():
        asked = Prompts.of(*zip(*((text, value) for value, each in texts.items() for text in each), strict=True))
        classes[factor] = (asked.names, embedded(asked, words.encode, words.truncated).classes)
    seen = np.flatnonzero(np.isfinite(vectors).all(1))
    found = by_prompts(vectors[seen], classes, words.logit_scale, sure)
    labels = np.full((len(names), len(classes)), -1, np.int64)
    labels[seen] = found.labels
    return Labels(labels, found.factors)


def _squares(
    place: Files | Items, names: Sequence[str], labels: Labels, side: int, refused: Sequence[Refused], report: Report
) -> LabelledFaces:
    """The pictures of which every factor is known, and which can be read."""
    labels.check()
    rows = labels.complete
    wanted = {names[row]: number for number, row in enumerate(rows)}
    pictures = np.zeros((len(rows), side, side, 3), np.uint8)
    read = np.zeros(len(rows), bool)
    broken: list[Refused] = []
    for done, (name, data) in enumerate(place.pictures(list(wanted)), 1):
        try:
            pictures[wanted[name]] = square(data, side)
            read[wanted[name]] = True
        except BadPicture as error:
            broken.append(Refused(name, str(error)))
        report(Progress(done, len(rows), "reading the pictures"))
    _check(int(read.sum()), [*refused, *broken])
    Labels(labels.labels[rows[read]], labels.factors).check()
    if (pictures == pictures[0]).all():
        raise BadInput(f"the pictures are all the same in {side} × {side} pixels: bring some that differ")
    found = LabelledFaces(pictures, labels.labels[rows], labels.factors, len(names) - len(broken), [*refused, *broken])
    return found if read.all() else found.take(np.flatnonzero(read))


def _check(usable: int, refused: Sequence[Refused]) -> None:
    """Raises `BadInput` where not only few things of a source are unusable."""
    total = usable + len(refused)
    if len(refused) > FEW * total:
        first = refused[0]
        raise BadInput(
            f"{len(refused):,} of {total:,} pictures and rows cannot be used, more than a tenth; the first is "
            f"{first.source}: {first.reason}"
        )


def _readable(found: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Image]]:
    """Those that can be opened."""
    from core.sources.pictures import open_picture

    for name, data in found:
        with suppress(BadPicture):
            yield name, open_picture(data)
