"""A reducer's curve: with how few dimensions images still find their captions, on pairs held out of the fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.reduction.compare import WAYS
from core.reduction.figures import PointFigures, WholeFigures
from core.results import Floats, Integers, Strings, first_rows, numbered
from core.runs.record import Chosen, ComparisonResult, Record
from core.workspace.captions import own_caption_ids

Ranks = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Compared(Chosen):
    """What all reducers of one comparison share.

    comparison: the same where the same pairs were held out. pairs, held_out: counts, the latter of each split; images,
    held_out_images: where these are fewer. repeated: captions left out as another says the same. at: the k of recall.
    intrinsic_dimension: by modality, None where too few rows differ; its sample: rows, where not all were measured.
    dims_left_out: usual ones that are no fewer than D.
    """

    comparison: str = ""
    splits: int
    pairs: int
    held_out: int
    repeated: int
    at: int
    full: WholeFigures
    intrinsic_dimension: Mapping[str, float | None]
    intrinsic_dimension_sample: Mapping[str, int] | None = None
    images: int | None = None
    held_out_images: int | None = None
    dims_left_out: Sequence[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ReductionFigures(Compared):
    """dims: those asked for; curve: those that are done, partial: not all are. smallest_lossless: a D'."""

    dims: Sequence[int]
    curve: Sequence[PointFigures]
    smallest_lossless: int | None = None
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class ReductionResult(Compared, ComparisonResult):
    """What the command `reduce` returns; by method its curve, the smallest lossless D' and the run that keeps it."""

    curves: Mapping[str, Sequence[PointFigures]]
    smallest_lossless: Mapping[str, int | None]
    runs: Mapping[str, str | None]
    model: str
    space: str
    explained_variance: Sequence[float]

    def readable(self) -> dict[str, Any]:
        """As records for a table: a row a point, a row a method, and the rest as figures."""
        full, rest = self.full, self.to_dict("comparison", "explained_variance")
        figures: dict[str, Any] = {
            "all dimensions, i2t": f"{full.i2t:.4g} ± {full.sd['i2t']:.2g}",
            "all dimensions, t2i": f"{full.t2i:.4g} ± {full.sd['t2i']:.2g}",
        }
        low, high = full.band["both"]
        figures[f"all dimensions, recall@{self.at} of both"] = f"{full.both.mean:.4g} (95 %: {low:.4g} to {high:.4g})"
        figures[f"right of {self.held_out_images or self.held_out}, i2t"] = round(full.right["i2t"], 1)
        figures[f"right of {self.held_out}, t2i"] = round(full.right["t2i"], 1)
        figures |= {f"intrinsic dimension, {modality}": value for modality, value in self.intrinsic_dimension.items()}
        figures["curves"] = [_row(method, point) for method, curve in self.curves.items() for point in curve]
        figures["smallest lossless by a paired bootstrap test, p ≥ 0.05"] = [
            {"method": method, "smallest lossless": dim} for method, dim in self.smallest_lossless.items()
        ]
        return {name: value for name, value in rest.items() if not isinstance(value, dict)} | figures


@dataclass(frozen=True, eq=False)
class ReductionRun(Record[ReductionFigures]):
    """One method with one setting at M dimensions, over S splits with H held-out pairs each.

    ids: (N,) the item of each pair; caption: (N,) which of its item's captions it has, where one has several.
    held_out: (S, H) rows of ids. dims: (M,) ascending. explained: (D,) share of the variance of each principal
    component. i2t, t2i: (M, S, H) the rank of the partner, 0 = nearest; full_…: (S, H), with all dimensions.
    …_nearest: what is nearest but for the partner, as places among the held-out pairs of the split, in the same shapes.
    """

    KIND = "reduction"
    FIGURES = ReductionFigures

    ids: Strings
    held_out: Integers
    dims: Integers
    explained: Floats
    i2t: Ranks
    t2i: Ranks
    full_i2t: Ranks
    full_t2i: Ranks
    caption: Integers | None = None
    i2t_nearest: Ranks | None = None
    t2i_nearest: Ranks | None = None
    full_i2t_nearest: Ranks | None = None
    full_t2i_nearest: Ranks | None = None

    def summary(self) -> str:
        return _fewest([self.figures.smallest_lossless])

    @property
    def dimensions(self) -> int:
        """D, of the embeddings."""
        return len(self.explained)

    @property
    def full(self) -> Mapping[str, Ranks]:
        """The ranks with all dimensions by way: (S, H) each."""
        return {way: getattr(self, f"full_{way}") for way in WAYS}

    @property
    def reduced(self) -> Mapping[str, Ranks]:
        """The ranks at each D' by way: (M, S, H) each."""
        return {way: getattr(self, way) for way in WAYS}

    @cached_property
    def items(self) -> Integers:
        """The image of each held-out pair: (S, H)."""
        return numbered(self.ids)[self.held_out]

    @cached_property
    def asks(self) -> NDArray[np.bool_]:
        """Which held-out pairs ask for their image: the first of each (S, H); captions all ask."""
        found = np.zeros(self.held_out.shape, dtype=bool)
        for split, items in enumerate(self.items):
            found[split, first_rows(items)] = True
        return found

    @cached_property
    def caption_ids(self) -> Strings:
        """(N,) the id of each pair's caption."""
        return np.array(own_caption_ids(self.ids, self.caption), dtype=np.str_)

    @property
    def knows_others(self) -> bool:
        """Whether it says what is nearest but for the partner: runs of earlier versions do not."""
        return self.full_i2t_nearest is not None

    def at(self, dimension: int) -> int:
        """The place of a D' among the dims."""
        return int(np.flatnonzero(self.dims == dimension)[0])

    def others(self, way: str, at: int | None, split: Integers, pair: Integers) -> Strings:
        """What is nearest but for the own partner, of held-out pairs by their splits and places there: (P,).

        Ids of captions, or of the items of images; "" where the run does not say. at: the place of D' among the dims;
        None: with all dimensions.
        """
        nearest = getattr(self, f"full_{way}_nearest" if at is None else f"{way}_nearest")
        if nearest is None:
            return np.full(len(split), "")
        found = nearest if at is None else nearest[at]
        return (self.caption_ids if way == "i2t" else self.ids)[self.held_out[split, found[split, pair]]]


def summary(result: Mapping[str, Any]) -> str:
    """What came of a whole comparison, as `reduce` returns it, in a few words."""
    return _fewest(msgspec.convert(result, ReductionResult).smallest_lossless.values())


def _fewest(lossless: Iterable[int | None]) -> str:
    known = [each for each in lossless if each]
    return f"{min(known):,} dimensions lose nothing" if known else "each number of dimensions loses something"


def _row(method: str, point: PointFigures) -> dict[str, Any]:
    return {
        "method": method,
        "dim": point.dim,
        "i2t": f"{point.i2t.mean:.3f} ± {point.i2t.sd:.2g}",
        "t2i": f"{point.t2i.mean:.3f} ± {point.t2i.sd:.2g}",
        **{f"right {way}": round(value, 1) for way, value in point.right.items()},
        "difference": point.difference,
        "p": point.p,
        "detectable_loss": point.detectable_loss,
        "seconds": point.seconds,
    }
