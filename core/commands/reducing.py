"""Comparing ways to fewer dimensions on pairs of images and captions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.comparing import STEPS, Candidate, MethodComparison, by_method, candidates, check_seeds
from core.commands.options import Exclude, Input, Model, Option, Settings, Tag
from core.commands.pairs import PairRows, read_pairs
from core.commands.runs import Made, check_out, keep
from core.errors import BadInput, BadParameter
from core.progress import Bar, Progress, Report, silent
from core.reduction.checks import LEAST_DIMENSIONS
from core.reduction.compare import EvaluatedRanks, Point, Split, evaluated_whole, points, splits
from core.reduction.dimension import IntrinsicDimension, explained_variance, two_nn
from core.reduction.figures import DEPTHS, PointFigures, loss_of, point_figures, whole_figures
from core.results import Floats, first_rows
from core.runs.record import metrics
from core.runs.reduction import Compared, ReductionFigures, ReductionResult, ReductionRun

PACKAGE = "core.reduction"
ELSEWHERE = {"seed": "seeds", "dimensions": "dims"}
DIMENSIONS = (8, 16, 32, 64, 128, 256)

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
) -> ReductionResult:
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
    check_seeds(seeds, "3 to 20")
    if at not in DEPTHS:
        raise BadParameter(f"at={at} is not one of {', '.join(map(str, DEPTHS))}", "at")
    check_out(out)
    found = candidates(PACKAGE, methods, params or {}, ELSEWHERE, "pca")
    bar = Bar(report, (1 + len(found)) * STEPS)
    bar.step(0, "reading the pairs")
    pairs = read_pairs(source, model, tag, exclude)
    kept, left_out = _dimensions(dims, pairs.pairs.dimensions)
    whole = Whole.measured(pairs, splits(pairs.pairs.items, seeds), at, bar.part(0, STEPS))
    comparison = ReductionComparison(whole, kept, tag=tag, exclude=exclude, dims_left_out=left_out or None)
    return comparison.outcome(found, bar, out)


@dataclass(frozen=True)
class Whole:
    """What every method is compared with: all dimensions, on the same held-out pairs.

    held_out: (S, H) int64, rows of the pairs. evaluated: their ranks and nearest others with all dimensions. explained:
    (D,) float32, share of the variance of each principal component. intrinsic: of images and of captions, None where
    too few rows differ. at: the k of the test.
    """

    rows: PairRows
    parts: Sequence[Split]
    held_out: NDArray[np.int64]
    evaluated: EvaluatedRanks
    explained: Floats
    intrinsic: Mapping[str, IntrinsicDimension | None]
    at: int

    @classmethod
    def measured(cls, rows: PairRows, parts: Sequence[Split], at: int, report: Report) -> "Whole":
        evaluated, pairs = evaluated_whole(rows.pairs, parts, report), rows.pairs
        report(Progress(1, 1, "measuring the dimension of the data"))
        intrinsic = {"image": _two_nn(pairs.image), "text": _two_nn(pairs.text)}
        held_out = np.stack([part.held_out for part in parts])
        return cls(rows, parts, held_out, evaluated, explained_variance(pairs), intrinsic, at)

    @property
    def items(self) -> NDArray[np.int64]:
        """The image of each held-out pair: (S, H)."""
        return self.rows.pairs.items[self.held_out]

    def compared(self, **chosen: Any) -> Compared:
        """What a card and a result both hold. chosen: how the pairs and the dimensions were."""
        count, held_out = len(self.rows), self.held_out.shape[1]
        images, held_out_images = len(self.rows.pairs.image_rows), len(first_rows(self.items[0]))
        known = {name: each for name, each in self.intrinsic.items() if each is not None}
        return Compared(
            comparison=self._name(),
            splits=len(self.parts),
            pairs=count,
            images=images if images < count else None,
            held_out=held_out,
            held_out_images=held_out_images if images < count else None,
            repeated=self.rows.repeated,
            at=self.at,
            full=whole_figures(self.evaluated, self.items, self.at),
            intrinsic_dimension={name: known[name].value if name in known else None for name in self.intrinsic},
            intrinsic_dimension_sample={name: each.rows for name, each in known.items() if each.sampled} or None,
            **chosen,
        )

    def arrays(self) -> Arrays:
        """Those of a run that are the same for every method."""
        full = {f"full_{name}": array for name, array in vars(self.evaluated).items()}
        return {**self.rows.rows.named(), "held_out": self.held_out, **full, "explained": self.explained}

    def _name(self) -> str:
        ids = "\n".join(self.rows.rows.caption_ids()).encode()
        parts = [self.rows.fingerprint.encode(), ids, self.held_out.tobytes()]
        return blake2b(b"\n".join(parts), digest_size=8).hexdigest()


class ReductionComparison(MethodComparison[ReductionRun]):
    """done: a run a method, with the points that it has so far."""

    first = "the first number of dimensions was judged"

    def __init__(self, whole: Whole, dims: Sequence[int], **chosen: Any) -> None:
        super().__init__()
        self.whole, self.dims, self.compared = whole, dims, whole.compared(**chosen)

    def judge(self, candidate: Candidate, report: Report) -> None:
        """All dimensions, each saved when it is done, under one id."""
        whole, known, curve = self.whole, list[Point](), list[PointFigures]()
        for point in points(candidate.method, whole.rows.pairs, whole.parts, self.dims, candidate.settings, report):
            loss = loss_of(point, whole.evaluated, whole.items, whole.at)
            known.append(point)
            curve.append(point_figures(point, whole.evaluated, whole.items, loss, whole.at))
            run = self._run(candidate, known, curve)
            if len(known) > 1:
                card = self.done.pop().card
                run = replace(run, card=replace(run.card, id=card.id, created=card.created))
            self.done.append(run)
            keep(whole.rows.rows, run)

    def result(self) -> ReductionResult:
        rows, done = self.whole.rows, {run.card.method: run for run in self.done}
        return ReductionResult(
            **vars(self.compared),
            curves={name: run.figures.curve for name, run in done.items()},
            smallest_lossless={name: run.figures.smallest_lossless for name, run in done.items()},
            runs={name: run.card.id if rows.workspace is not None else None for name, run in done.items()},
            model=rows.model,
            space=rows.rows.space,
            explained_variance=np.round(self.whole.explained.astype(np.float64), 7).tolist(),
            **self.remarks(),
        )

    def arrays(self) -> Arrays:
        """What all methods share, and each curve's with its method before the name, e.g. `pca.i2t`."""
        return by_method({run.card.method: run.arrays() for run in self.done}, self.whole.arrays())

    def _run(self, candidate: Candidate, known: Sequence[Point], curve: Sequence[PointFigures]) -> ReductionRun:
        whole, judged = self.whole, [vars(point.evaluated) for point in known]
        figures = ReductionFigures(
            **vars(self.compared),
            dims=self.dims,
            curve=curve,
            smallest_lossless=min((point.dim for point in curve if point.lossless), default=None),
            partial=len(known) < len(self.dims),
        )
        params = asdict(candidate.params()) | {"seed": 0}
        del params["dimensions"]
        seconds = sum(point.seconds for point in known) * len(whole.parts)
        made = Made(ReductionRun.KIND, candidate.method, params, seconds, metrics(figures))
        return ReductionRun(
            made.card(whole.rows.rows),
            dims=np.array([point.dimension for point in known], dtype=np.int64),
            **{name: np.stack([each[name] for each in judged]) for name in judged[0]},
            **whole.arrays(),
        )


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
