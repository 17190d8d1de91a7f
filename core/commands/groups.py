"""Comparing group embeddings: which of them stands for its group, the theorem of the margin, and a map of groups."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.commands.comparing import Comparison
from core.commands.grouping import Grouped, grouped
from core.commands.items import chosen, item_rows
from core.commands.options import By, Exclude, Input, Model, Option, Settings, Space, Tag
from core.commands.plans import Plan, planned
from core.commands.runs import Made, check_out, write_arrays
from core.errors import BadInput, BadParameter
from core.groups.compare import Asked, Curve, Sizes, asked, curve, example_questions, sizes_for
from core.groups.evidence import Evidence, evidence
from core.groups.figures import AgainstMean, Point, against_mean, points
from core.groups.overview import Overview, overview
from core.groups.retrieval import Drawn
from core.groups.significance import Difference
from core.groups.splits import ClassSplit, class_splits
from core.groups.verdict import MEASURES, Answer, verdict
from core.methods import discover, find
from core.progress import Bar, Report, silent
from core.runs.groups import Answers, Compared, GroupsFigures, GroupsResult, GroupsRun
from core.runs.record import metrics

PACKAGE, MEAN = "core.groups", "mean"
ELSEWHERE = {"seed": "seeds"}
SIZES = (1, 2, 4, 8, 16, 32)
MOST_SPLITS, MOST_SIZE = 1_000, 100_000
STEPS, CURVE = 1_000, 800
"""Of the bar, for the ground and for each method, and of these for a method's curve."""

Arrays = dict[str, NDArray]


def groups(
    source: Input,
    by: By,
    methods: Annotated[
        Sequence[str] | None,
        Option("One of those that `methods` lists; repeatable; left out: all.", name="method"),
    ] = None,
    seeds: Annotated[int, Option("How many random halves of the groups are learned from in turn.")] = 5,
    sizes: Annotated[Sequence[int] | None, Option("Items of a group; left out: 1,2,4,8,16,32.", "N,N,…")] = None,
    params: Settings = None,
    space: Space = None,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    out: Annotated[str | None, Option("Write groups, figures and the bound.", "FILE.npz")] = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Compare embeddings of groups: does one half of a group find the other; a workspace keeps each method.

    Fits methods on half of the groups and asks them about the others, for each size of group, over random splits.

    `by`: a column ("y" of a `.npz`; "caption" is the first of each item), "run:ID" for the clusters of a run, or
    names with their items' ids. `methods`: None: all; the mean is always there, as what the others are compared
    with. `seeds`: how many splits. `sizes`: None: 1, 2, … 32; those that too few groups reach are told of in
    `sizes_left_out`. `space`, `tag`, `exclude`, `params`: as in `cluster`. Each method is a run of the workspace (a
    `.npz` has none), saved when it is done, with the bound and with the groups' overview by it. A method that
    refuses is told of in `refused`, unless every one does. Stopped, `partial` is true. `out` names a `.npz` for the
    groups, the figures of each split, the bound and the overviews.
    """
    _check(seeds, sizes)
    check_out(out)
    names = list(discover(PACKAGE)) if methods is None else list(methods)
    plans = planned(PACKAGE, names, params or {}, ELSEWHERE, MEAN)
    plans.sort(key=lambda plan: plan.method.name != MEAN)
    if plans[0].method.name != MEAN:
        plans.insert(0, Plan(find(PACKAGE, MEAN), {}))
    bar = Bar(report, (1 + len(plans)) * STEPS)
    bar.step(0, "reading the groups")
    given = grouped(chosen(item_rows(source, space, model), tag, exclude), by)
    ground = Ground.measured(given, seeds, sizes, bar.part(0, STEPS))
    work = _Work(ground, ground.compared(tag, exclude))
    work.go(plans, lambda number: bar.part((1 + number) * STEPS, STEPS))
    if out is not None:
        write_arrays(out, work.arrays())
    return work.result()


@dataclass(frozen=True)
class Ground:
    """What every method is compared on. asked: how much stands behind each size; evidence: of the theorem."""

    given: Grouped
    splits: Sequence[ClassSplit]
    sizes: Sizes
    asked: Sequence[Asked]
    evidence: Evidence

    @classmethod
    def measured(cls, given: Grouped, seeds: int, sizes: Sequence[int] | None, report: Report) -> "Ground":
        sets = given.sets
        splits = class_splits(len(sets), seeds)
        able = sizes_for(sets, splits, SIZES if sizes is None else sizes)
        if not able.kept:
            largest = int(np.sort(sets.sizes // 2)[-2])
            wanted = ",".join(map(str, able.left_out))
            raise BadInput(
                f"sizes {wanted}: halves of groups hold {largest} items or fewer, choose smaller ones", "sizes"
            )
        return cls(given, splits, able, asked(sets, splits, able.kept), evidence(sets, able.kept, 0, report))

    @property
    def ratio(self) -> float:
        """Groups asked about for each that was learned from."""
        return len(self.splits[0].testing) / len(self.splits[0].training)

    def compared(self, tag: str | None, exclude: str | None) -> Compared:
        """What a card and a result both tell; tag, exclude: how the items were chosen."""
        split, given = self.splits[0], self.given
        return Compared(
            comparison=self._name(),
            groups=len(given.grouping.names),
            by=given.by,
            groups_of_one=given.groups_of_one,
            without_group=given.without_group,
            splits=len(self.splits),
            training=len(split.training),
            testing=len(split.testing),
            asked=self.asked,
            sizes_left_out=self.sizes.left_out or None,
            bound=self.evidence.figures(),
            tag=tag,
            exclude=exclude,
        )

    def arrays(self) -> Arrays:
        """Those of a run that are the same for every method, but for the questions."""
        grouping = self.given.grouping
        items = {"ids": self.given.rows.ids, "group": grouping.group}
        about = {"names": grouping.names, "counts": grouping.counts(), "sizes": np.array(self.sizes.kept)}
        return items | about | self.evidence.arrays()

    @cached_property
    def questions(self) -> list[tuple[Drawn, Drawn]]:
        """Of each size, query and gallery groups of the first cut of the first split."""
        return example_questions(self.given.sets, self.splits, self.sizes.kept)

    def answers(self, curve: Curve) -> dict[int, Answers]:
        """By size, what groups found there."""
        pairs = zip(self.questions, curve.example, strict=True)
        found = [Answers(queries.rows, gallery.rows, each.nearest, each.place) for (queries, gallery), each in pairs]
        return dict(zip(self.sizes.kept, found, strict=True))

    def _name(self) -> str:
        rows, grouping = self.given.rows, self.given.grouping
        asked_for = f"{rows.fingerprint} {len(self.splits)} {self.sizes.kept}".encode()
        parts = [asked_for, "\n".join(rows.ids.tolist()).encode(), grouping.group.tobytes()]
        return blake2b(b"\n".join(parts), digest_size=8).hexdigest()


class _Work(Comparison[GroupsRun]):
    """mean: its curve, once it is done: it comes first."""

    first = "the first method was judged"

    def __init__(self, ground: Ground, compared: Compared) -> None:
        super().__init__()
        self.ground, self.compared, self.sets = ground, compared, ground.given.sets
        self.mean: Curve | None = None

    def judge(self, plan: Plan, report: Report) -> None:
        """A method's curve and overview, saved."""
        bar, ground = Bar(report, STEPS), self.ground
        found = curve(plan.method, self.sets, ground.splits, ground.sizes.kept, plan.settings, bar.part(0, CURVE))
        with threadpool_limits(1):  # as in `curve`
            seen = self._seen(plan, bar)
        run, rows = self._run(plan, found, seen), ground.given.rows
        if rows.workspace is not None:
            run.save(rows.workspace)
        self.done.append(run)
        if plan.method.name == MEAN:
            self.mean = found

    def result(self) -> dict[str, Any]:
        rows, done = self.ground.given.rows, {run.card.method: run for run in self.done}
        against = {name: run.figures.against_mean for name, run in done.items() if run.figures.against_mean}
        found = GroupsResult(
            **vars(self.compared),
            curves={name: run.figures.curve for name, run in done.items()},
            against_mean=against,
            verdict={measure: verdict(against, measure) for measure in MEASURES},
            seconds={name: round(run.card.seconds, 4) for name, run in done.items()},
            runs={name: run.card.id if rows.workspace is not None else None for name, run in done.items()},
            items=len(rows),
            model=rows.model,
            space=rows.space,
        )
        return {**metrics(found), **self.remarks()}

    def arrays(self) -> Arrays:
        """What all runs share, and each method's own with its name before the array's, e.g. `mean.top1`."""
        every, ground = {run.card.method: run.arrays() for run in self.done}, self.ground.arrays()
        asked = {f"{side}_{size}" for side in ("queries", "gallery") for size in self.ground.sizes.kept}
        shared = {name: array for name, array in self.done[0].arrays().items() if name in ground or name in asked}
        own = {
            f"{method}.{name}": array
            for method, arrays in every.items()
            for name, array in arrays.items()
            if name not in shared
        }
        return shared | own

    def _seen(self, plan: Plan, bar: Bar) -> Overview:
        """All groups beside each other, by the method fitted on all of them."""
        title, params = plan.method.title, plan.method.make_params(dict(plan.settings) | {"seed": 0})
        embedder = plan.method.fit(self.sets, params, bar.part(CURVE, 100, f"{title}, all groups"))
        return overview(embedder, self.sets, bar.part(CURVE + 100, STEPS - CURVE - 100, title))

    def _run(self, plan: Plan, found: Curve, seen: Overview) -> GroupsRun:
        ground, sizes = self.ground, self.ground.sizes.kept
        settings = plan.method.make_params(dict(plan.settings) | {"seed": 0})
        figures = GroupsFigures(
            **vars(self.compared),
            curve=points(found, sizes),
            against_mean=against_mean(found, self.mean, sizes, ground.ratio) if self.mean else None,
            fits=found.metrics,
        )
        made = Made(GroupsRun.KIND, plan.method, asdict(settings), found.seconds, metrics(figures))
        return GroupsRun(
            made.card(ground.given.rows),
            top1=found.top1,
            map=found.mean_precision,
            answers=ground.answers(found),
            **seen.arrays(),
            **ground.arrays(),
        )


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a method and size, and the rest as figures."""
    found = msgspec.convert(result, GroupsResult)
    bound = found.bound
    names = ("comparison", "curves", "against_mean", "verdict", "bound", "seconds", "runs", "asked")
    rest = {name: value for name, value in result.items() if name not in names}
    told = {
        "triplet margin m": bound.margin,
        "bound holds": bound.holds,
        "slack, least and median": f"{bound.slack.least:.3f}, {bound.slack.median:.3f}",
        "learned beat the mean": "; ".join(_answered(name, rows) for name, rows in found.verdict.items() if rows),
    }
    against = {name: {each.size: each for each in rows} for name, rows in found.against_mean.items()}
    rows = [
        _row(name, point, against.get(name, {}).get(point.size))
        for name, curve in found.curves.items()
        for point in curve
    ]
    return {**rest, **told, "asked": result["asked"], "curves, less the mean with p of a paired test": rows}


def _row(method: str, point: Point, against: AgainstMean | None) -> dict[str, Any]:
    return {
        "method": method,
        "size": point.size,
        "top1": f"{point.top1.mean:.3f} ± {point.top1.sd:.2g}",
        "top1 - mean": _told(against.top1) if against else "–",
        "map": f"{point.map.mean:.3f} ± {point.map.sd:.2g}",
        "map - mean": _told(against.map) if against else "–",
    }


def _answered(measure: str, rows: Sequence[Answer]) -> str:
    """`map at 2, 4, not at 8`."""
    sizes = {won: ", ".join(str(row.size) for row in rows if bool(row.better) == won) for won in (True, False)}
    parts = [f"at {sizes[True]}"] * bool(sizes[True]) + [f"not at {sizes[False]}"] * bool(sizes[False])
    return f"{measure} {', '.join(parts)}"


def _told(found: Difference) -> str:
    return f"{found.difference:+.4f}" if found.p is None else f"{found.difference:+.4f} (p {found.p:.2g})"


def _check(seeds: int, sizes: Sequence[int] | None) -> None:
    if not 1 <= seeds <= MOST_SPLITS:
        raise BadParameter(
            f"seeds={seeds} is not between 1 and {MOST_SPLITS:,}: 5 to 20 show how much chance does", "seeds"
        )
    if sizes is not None and not sizes:
        raise BadParameter("no sizes given: name some, e.g. 1, 2, 4 and 8", "sizes")
    for size in sizes or ():
        if not 1 <= size <= MOST_SIZE:
            raise BadParameter(f"sizes: {size:,} is not between 1 and {MOST_SIZE:,}: choose another", "sizes")
