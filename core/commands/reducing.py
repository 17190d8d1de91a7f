"""Comparing ways to fewer dimensions on pairs of images and captions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Any
from uuid import uuid4

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.commands.comparing import Comparison
from core.commands.options import Exclude, Input, Model, Option, Settings, Tag
from core.commands.pairs import PairRows, read_pairs
from core.commands.plans import Plan, planned
from core.commands.runs import Made, check_out, write_arrays
from core.errors import BadInput, BadParameter
from core.progress import Bar, Progress, Report, silent
from core.reduction.checks import LEAST_DIMENSIONS
from core.reduction.compare import Judged, Point, Split, judged_whole, points, splits
from core.reduction.dimension import IntrinsicDimension, explained_variance, two_nn
from core.reduction.figures import DEPTHS, WAYS, PointFigures, loss_of, point_figures, whole_figures
from core.reduction.significance import Loss, smallest_lossless
from core.results import Floats, first_rows
from core.runs.record import metrics
from core.runs.reduction import Compared, ReductionFigures, ReductionResult, ReductionRun

PACKAGE = "core.reduction"
ELSEWHERE = {"seed": "seeds", "dimensions": "dims"}
DIMENSIONS = (8, 16, 32, 64, 128, 256)
MOST_SPLITS = 1_000
STEPS = 1_000
"""Of the bar, for what is measured once and for each method."""

Arrays = dict[str, NDArray]


def reduce(
    source: Input,
    methods: Annotated[Sequence[str], Option("One of the reducers that `methods` lists; repeatable.", name="method")],
    dims: Annotated[Sequence[int] | None, Option("Dimensions to try; left out: 8,16,32,64,128,256.", "D,D,…")] = None,
    seeds: Annotated[int, Option("How many random halves are held out, one after the other.")] = 3,
    params: Settings = None,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    at: Annotated[int, Option("The paired test is of recall at 1, 5 or 10.")] = 1,
    out: Annotated[str | None, Option("Write the ranks of the held-out pairs.", "FILE.npz")] = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Compare reducers: how few dimensions still match images and captions; a workspace keeps each curve.

    Fits methods on random halves of the pairs and matches the other halves, at each D' of `dims`.

    Of several captions an image each is a pair, and all of them are in the same half. `i2t`: any of an image's captions
    may be the first found; `t2i`: each caption asks, among the images. Figures of halves count images and captions.
    `seeds`: how many halves. `dims`: None: 8, 16, … 256, those below D. `at`: 1, 5 or 10, the k of the recall that the
    paired test of a loss is about. `params` reach the methods that have such a parameter; a name that none has is
    refused. `tag`, `exclude`: as in `cluster`. Each method's curve is a run of the workspace (a `.npz` has none), saved
    anew with every D' that is done. A method that refuses the input is told of in `refused`, unless every one does.
    Stopped, `partial` is true. `out` names a `.npz` for the ranks of every held-out pair and the
    nearest others.
    """
    _check(seeds, at)
    check_out(out)
    plans = planned(PACKAGE, methods, params or {}, ELSEWHERE, "pca")
    bar = Bar(report, (1 + len(plans)) * STEPS)
    bar.step(0, "reading the pairs")
    given = read_pairs(source, model, tag, exclude)
    kept, left_out = _dimensions(dims, given.pairs.dimensions)
    ground = Ground.measured(given, splits(given.pairs.items, seeds), at, bar.part(0, STEPS))
    work = _Work(ground, kept, tag=tag, exclude=exclude, dims_left_out=left_out or None)
    work.go(plans, lambda number: bar.part((1 + number) * STEPS, STEPS))
    if out is not None:
        write_arrays(out, work.arrays())
    return work.result()


@dataclass(frozen=True)
class Ground:
    """What every method is compared with.

    held_out: (S, H) int64, rows of the pairs. whole: their ranks and nearest others with all dimensions. explained:
    (D,) float32, share of the variance of each principal component. intrinsic: of images and of captions, None where
    too few rows differ. at: the k of the test.
    """

    given: PairRows
    parts: Sequence[Split]
    held_out: NDArray[np.int64]
    whole: Judged
    explained: Floats
    intrinsic: Mapping[str, IntrinsicDimension | None]
    at: int

    @classmethod
    def measured(cls, given: PairRows, parts: Sequence[Split], at: int, report: Report) -> "Ground":
        whole = judged_whole(given.pairs, parts, report)
        report(Progress(1, 1, "measuring the dimension of the data"))
        rows = {"image": given.pairs.image, "text": given.pairs.text}
        intrinsic = {modality: _two_nn(x) for modality, x in rows.items()}
        held_out = np.stack([part.held_out for part in parts])
        return cls(given, parts, held_out, whole, explained_variance(given.pairs), intrinsic, at)

    @property
    def items(self) -> NDArray[np.int64]:
        """The image of each held-out pair: (S, H)."""
        return self.given.pairs.items[self.held_out]

    def compared(self, **asked: Any) -> Compared:
        """What a card and a result both tell. asked: how the pairs and the dimensions were chosen."""
        count, held_out = len(self.given), self.held_out.shape[1]
        images, held_out_images = len(self.given.pairs.image_rows), len(first_rows(self.items[0]))
        known = {name: each for name, each in self.intrinsic.items() if each is not None}
        return Compared(
            comparison=self._name(),
            splits=len(self.parts),
            pairs=count,
            images=images if images < count else None,
            held_out=held_out,
            held_out_images=held_out_images if images < count else None,
            repeated=self.given.repeated,
            at=self.at,
            full=whole_figures(self.whole, self.items, self.at),
            intrinsic_dimension={name: known[name].value if name in known else None for name in self.intrinsic},
            intrinsic_dimension_sample={name: each.rows for name, each in known.items() if each.sampled} or None,
            **asked,
        )

    def arrays(self) -> Arrays:
        whole = {f"full_{name}": array for name, array in by_way(self.whole).items()}
        return {**self.given.rows.named(), "held_out": self.held_out, **whole, "explained": self.explained}

    def _name(self) -> str:
        ids = "\n".join(self.given.rows.caption_ids()).encode()
        parts = [self.given.fingerprint.encode(), ids, self.held_out.tobytes()]
        return blake2b(b"\n".join(parts), digest_size=8).hexdigest()


class Curve:
    """One method's points so far; saved under one id, however often it grows."""

    def __init__(self, plan: Plan, ground: Ground, compared: Compared, dims: Sequence[int]) -> None:
        self.plan, self.ground, self.compared, self.dims = plan, ground, compared, dims
        self.id, self.created = uuid4().hex[:12], datetime.now(UTC).isoformat(timespec="milliseconds")
        self.points: list[Point] = []
        self.losses: dict[int, Loss] = {}
        self.figures: list[PointFigures] = []

    def add(self, point: Point) -> None:
        """Keeps the point, in the workspace too."""
        ground = self.ground
        loss = self.losses[point.dimension] = loss_of(point, ground.whole, ground.items, ground.at)
        self.points.append(point)
        self.figures.append(point_figures(point, ground.whole, ground.items, loss, ground.at))
        if ground.given.workspace is not None:
            self._run().save(ground.given.workspace)

    @property
    def smallest(self) -> int | None:
        return smallest_lossless(self.losses)

    def own_arrays(self) -> Arrays:
        """Those of its run that are not the ground's."""
        dims = np.array([point.dimension for point in self.points], dtype=np.int64)
        found = [by_way(point.judged) for point in self.points]
        return {"dims": dims} | {name: np.stack([each[name] for each in found]) for name in found[0]}

    def _run(self) -> ReductionRun:
        method, points = self.plan.method, self.points
        params = asdict(method.make_params(self.plan.settings)) | {"seed": 0}
        del params["dimensions"]
        figures = ReductionFigures(
            **vars(self.compared),
            dims=self.dims,
            curve=self.figures,
            smallest_lossless=self.smallest,
            partial=len(points) < len(self.dims),
        )
        seconds = sum(point.seconds for point in points) * len(self.ground.parts)
        made = Made(ReductionRun.KIND, method, params, seconds, metrics(figures))
        card = replace(made.card(self.ground.given.rows), id=self.id, created=self.created)
        return ReductionRun(card, **self.ground.arrays(), **self.own_arrays())


class _Work(Comparison[Curve]):
    """asked: as for `Ground.compared`."""

    first = "the first reducer was judged"

    def __init__(self, ground: Ground, dims: Sequence[int], **asked: Any) -> None:
        super().__init__()
        self.ground, self.dims, self.compared = ground, dims, ground.compared(**asked)

    def judge(self, plan: Plan, report: Report) -> None:
        """All dimensions, each saved when it is done."""
        curve = Curve(plan, self.ground, self.compared, self.dims)
        pairs, parts = self.ground.given.pairs, self.ground.parts
        for point in points(plan.method, pairs, parts, self.dims, plan.settings, report):
            if not curve.points:
                self.done.append(curve)
            curve.add(point)

    def result(self) -> dict[str, Any]:
        given, done = self.ground.given, {curve.plan.method.name: curve for curve in self.done}
        saved = given.workspace is not None
        found = ReductionResult(
            **vars(self.compared),
            curves={name: curve.figures for name, curve in done.items()},
            smallest_lossless={name: curve.smallest for name, curve in done.items()},
            runs={name: curve.id if saved else None for name, curve in done.items()},
            model=given.model,
            space=given.rows.space,
            explained_variance=np.round(self.ground.explained.astype(np.float64), 7).tolist(),
        )
        return {**metrics(found), **self.remarks()}

    def arrays(self) -> Arrays:
        """The ground's, and each curve's with its method before the name, e.g. `pca.i2t`."""
        own = {
            f"{curve.plan.method.name}.{name}": array
            for curve in self.done
            for name, array in curve.own_arrays().items()
        }
        return self.ground.arrays() | own


def by_way(judged: Judged) -> Arrays:
    """Ranks by way, `i2t` and `t2i`, and the nearest others, `i2t_nearest` and `t2i_nearest`: (S, H) int32 each."""
    ranks = {way: getattr(judged, name) for way, name in WAYS.items()}
    return ranks | {f"{way}_nearest": getattr(judged.nearest, name) for way, name in WAYS.items()}


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a point, a row a method, and the rest as figures."""
    found = msgspec.convert(result, ReductionResult)
    full, apart = found.full, ("comparison", "explained_variance")
    rest = {name: value for name, value in result.items() if name not in apart and not isinstance(value, dict)}
    told: dict[str, Any] = {
        "all dimensions, i2t": f"{full.i2t:.4g} ± {full.sd['i2t']:.2g}",
        "all dimensions, t2i": f"{full.t2i:.4g} ± {full.sd['t2i']:.2g}",
    }
    low, high = full.band["both"]
    told[f"all dimensions, recall@{found.at} of both"] = f"{full.both.mean:.4g} (95 %: {low:.4g} to {high:.4g})"
    told[f"right of {found.held_out_images or found.held_out}, i2t"] = round(full.right["i2t"], 1)
    told[f"right of {found.held_out}, t2i"] = round(full.right["t2i"], 1)
    told |= {f"intrinsic dimension, {modality}": value for modality, value in found.intrinsic_dimension.items()}
    rows = [_row(method, point) for method, curve in found.curves.items() for point in curve]
    smallest = [{"method": method, "smallest lossless": dim} for method, dim in found.smallest_lossless.items()]
    return {**rest, **told, "curves": rows, "smallest lossless by a paired bootstrap test, p ≥ 0.05": smallest}


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


def _check(seeds: int, at: int) -> None:
    if not 1 <= seeds <= MOST_SPLITS:
        raise BadParameter(
            f"seeds={seeds} is not between 1 and {MOST_SPLITS:,}: 3 to 20 show how much chance does", "seeds"
        )
    if at not in DEPTHS:
        raise BadParameter(f"at={at} is not one of {', '.join(map(str, DEPTHS))}", "at")


def _dimensions(asked: Sequence[int] | None, size: int) -> tuple[list[int], list[int]]:
    """Those to try, ascending, and those of the usual ones that are left out because they are no fewer than D."""
    if asked is None:
        usual = [each for each in DIMENSIONS if each < size]
        if not usual:
            raise BadParameter(
                f"{size} dimensions are hardly more than {DIMENSIONS[0]}: name fewer, e.g. 2 and 4", "dims"
            )
        return usual, [each for each in DIMENSIONS if each >= size]
    if not asked:
        raise BadParameter("no dimensions given: name some, e.g. 8, 16 and 32", "dims")
    for each in asked:
        if not LEAST_DIMENSIONS <= each < size:
            limits = f"between {LEAST_DIMENSIONS} and {size - 1}"
            raise BadParameter(f"{each:,} dimensions are not {limits}: there are {size} to begin", "dims")
    return sorted(set(asked)), []


def _two_nn(x: Floats) -> IntrinsicDimension | None:
    try:
        return two_nn(x)
    except BadInput:
        return None
