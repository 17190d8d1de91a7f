"""The modality gap, as the model has it and after centring images and captions each on their own mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats import figure
from core.results import Floats, Integers, Strings
from core.runs.record import Chosen, Record, Result, in_parts
from core.semantics.results import Doubles
from core.workspace.captions import own_caption_ids

Ranks = NDArray[np.int32]


@dataclass(frozen=True)
class Uniformity:
    """Log of the mean of exp(−2 d²) over pairs of images, and over pairs of different captions."""

    images: float
    captions: float


@dataclass(frozen=True)
class SpaceFigures:
    """size: the distance of the two means. alignment: mean squared distance of an image and its caption.

    pair_cosine, other_cosine: means over images with their own caption, and with others. i2t, t2i: top-1, 0 … 1.
    """

    size: float
    alignment: float
    uniformity: Uniformity
    pair_cosine: float
    other_cosine: float
    i2t: float
    t2i: float


@dataclass(frozen=True, kw_only=True)
class GapFigures(Chosen):
    """before, after: centring. matched: different captions, among which the top-1 are."""

    before: SpaceFigures
    after: SpaceFigures
    matched: int


@dataclass(frozen=True, eq=False)
class Space:
    """pairs, others: (B,), how many cosines of own captions and of others lie in a bin.

    i2t, t2i: (M,), ranks from 0 of the own partner.
    """

    pairs: Integers
    others: Integers
    i2t: Ranks
    t2i: Ranks

    def ranks(self, way: str) -> Ranks:
        """way: "i2t" or "t2i"."""
        return self.i2t if way == "i2t" else self.t2i


@dataclass(frozen=True, eq=False)
class GapRun(Record[GapFigures]):
    """ids: (N,), of each caption's item; caption: (N,), which of its item's captions it is, where one has several.

    matched: (M,), rows of different captions. edges: (B + 1,), of the bins of cosines. gap, image_mean, text_mean:
    (D,). plane: (2, D), axes on which both spaces can be drawn together.
    """

    KIND = "gap"
    FIGURES = GapFigures

    ids: Strings
    matched: Integers
    edges: Doubles
    gap: Floats
    image_mean: Floats
    text_mean: Floats
    plane: Floats
    before: Space = in_parts(Space)
    after: Space = in_parts(Space)
    caption: Integers | None = None

    @property
    def caption_ids(self) -> list[str]:
        """Of the rows: N."""
        return own_caption_ids(self.ids, self.caption)

    def density(self, counts: Integers) -> Doubles:
        """Counts of the bins (B,) as heights with an area of 1."""
        return counts / max(counts.sum(), 1) / np.diff(self.edges)

    def summary(self) -> str:
        return _summary(self.figures.before)


@dataclass(frozen=True)
class Changed:
    """How many of the matched images or captions centring makes wrong, and right."""

    lost: int
    won: int


@dataclass(frozen=True)
class CosineCounts:
    """(B,) how many cosines of own captions and of others lie in a bin."""

    pairs: Sequence[int]
    others: Sequence[int]


@dataclass(frozen=True)
class HistogramResult:
    """edges: (B + 1,), of the bins."""

    edges: Sequence[float]
    before: CosineCounts
    after: CosineCounts


class GapResult(Result, frozen=True, kw_only=True):
    """What the command `gap` returns. captions: how many, where items have several. derived: the centred model.

    changed: by way, "i2t" (image to text) and "t2i".
    """

    run: str | None
    model: str
    items: int
    captions: int | None = None
    matched: int
    before: SpaceFigures
    after: SpaceFigures
    changed: Mapping[str, Changed]
    histogram: HistogramResult
    derived: str | None
    seconds: float

    def summary(self) -> str:
        """`the gap is 0.216`"""
        return _summary(self.before)

    def readable(self) -> dict[str, Any]:
        """Records for a table: a row a space, and the rest as figures."""
        changed = {f"changed, {way}": f"{each.lost} lost, {each.won} won" for way, each in self.changed.items()}
        spaces = [{"space": name, **_row(each)} for name, each in (("before", self.before), ("after", self.after))]
        rest = self.to_dict("before", "after", "histogram", "changed")
        return {**rest, **changed, "before and after centring": spaces}


def _row(space: SpaceFigures) -> dict[str, float]:
    parts = {f"uniformity, {name}": value for name, value in vars(space.uniformity).items()}
    return {name: value for name, value in vars(space).items() if name != "uniformity"} | parts


def _summary(before: SpaceFigures) -> str:
    return f"the gap is {figure(before.size)}"
