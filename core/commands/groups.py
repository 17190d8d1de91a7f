"""Comparing group embeddings: which of them stands for its group, the theorem of the margin, and a map of groups."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.commands.grouping import By, Grouped, grouped
from core.commands.items import chosen, item_rows
from core.commands.plans import Plan, planned
from core.commands.runs import Made, save, write_arrays
from core.errors import BadInput, BadParameter, Cancelled
from core.groups.compare import Asked, Curve, Sizes, asked, curve, sizes_for
from core.groups.evidence import Evidence, evidence
from core.groups.figures import against_mean, points
from core.groups.overview import Overview, overview
from core.groups.splits import ClassSplit, class_splits
from core.methods import discover, find
from core.progress import Bar, Report, silent

PACKAGE, KIND, MEAN = "core.groups", "groups", "mean"
ELSEWHERE = {"seed": "--seeds 5 makes five splits, each with its seed"}
SIZES = (1, 2, 4, 8, 16, 32)
MOST_SPLITS, MOST_SIZE = 1_000, 100_000
STEPS, CURVE = 1_000, 800
"""Of the bar, for the ground and for each method, and of these for a method's curve."""

Arrays = dict[str, NDArray]


def groups(
    source: str,
    by: By,
    methods: Sequence[str] | None = None,
    seeds: int = 5,
    sizes: Sequence[int] | None = None,
    params: Mapping[str, Any] | None = None,
    space: str | None = None,
    model: str | None = None,
    tag: str | None = None,
    exclude: str | None = None,
    out: str | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Fits methods on half of the groups and asks them about the others, for each size of group, over random splits.

    `by`: a column ("y" of a `.npz`), "run:ID" for the clusters of a run, or names with their items' ids. `methods`:
    None: all; the mean is always there, as what the others are compared with. `seeds`: how many splits. `sizes`: None:
    1, 2, … 32; those that too few groups reach are told of in `sizes_left_out`. `space`, `tag`, `exclude`, `params`: as
    in `cluster`. Each method is a run of the workspace (a `.npz` has none), saved when it is done, with the bound and
    with the groups' overview by it. A method that refuses is told of in `refused`, unless every one does. Stopped,
    `partial` is true. `out` names a `.npz` for the groups, the figures of each split, the bound and the overviews.
    """
    _check(seeds, sizes)
    names = list(discover(PACKAGE)) if methods is None else list(methods)
    plans = planned(PACKAGE, names, params or {}, ELSEWHERE, MEAN)
    plans.sort(key=lambda plan: plan.method.name != MEAN)
    if plans[0].method.name != MEAN:
        plans.insert(0, Plan(find(PACKAGE, MEAN), {}))
    bar = Bar(report, (1 + len(plans)) * STEPS)
    bar.step(0, "reading the groups")
    given = grouped(chosen(item_rows(source, space, model), tag, exclude), by)
    told = {name: value for name, value in (("tag", tag), ("exclude", exclude)) if value is not None}
    work = _Work(Ground.measured(given, seeds, sizes, bar.part(0, STEPS)), told)
    try:
        for number, plan in enumerate(plans, 1):
            work.run(plan, bar.part(number * STEPS, STEPS))
    except Cancelled:
        work.stop()
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
            raise BadInput(
                f"--sizes {','.join(map(str, able.left_out))}: halves of groups hold {largest} items or fewer"
            )
        return cls(given, splits, able, asked(sets, splits, able.kept), evidence(sets, able.kept, 0, report))

    @property
    def ratio(self) -> float:
        """Groups asked about for each that was learned from."""
        return len(self.splits[0].testing) / len(self.splits[0].training)

    def figures(self) -> dict[str, Any]:
        """What a card and a result both tell. comparison: the same where the same groups were compared alike."""
        split = self.splits[0]
        counted = [{"size": size, **asdict(each)} for size, each in zip(self.sizes.kept, self.asked, strict=True)]
        return {
            "comparison": self._name(),
            "groups": len(self.given.grouping.names),
            **self.given.told,
            "splits": len(self.splits),
            "training": len(split.training),
            "testing": len(split.testing),
            "asked": counted,
            **({"sizes_left_out": self.sizes.left_out} if self.sizes.left_out else {}),
            "bound": self.evidence.figures(),
        }

    def arrays(self) -> Arrays:
        """ids (N,) str, group (N,) int64, names (G,) str, counts (G,) int64, sizes (M,) int64, and the bound's."""
        grouping = self.given.grouping
        items = {"ids": self.given.rows.ids, "group": grouping.group}
        about = {"names": grouping.names, "counts": grouping.counts(), "sizes": np.array(self.sizes.kept)}
        return items | about | self.evidence.arrays()

    def _name(self) -> str:
        rows, grouping = self.given.rows, self.given.grouping
        asked_for = f"{rows.fingerprint} {len(self.splits)} {self.sizes.kept}".encode()
        parts = [asked_for, "\n".join(rows.ids.tolist()).encode(), grouping.group.tobytes()]
        return blake2b(b"\n".join(parts), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Judged:
    """One method, done: its curve, its groups beside each other, and the run that it is kept in."""

    plan: Plan
    curve: Curve
    overview: Overview
    run: str | None

    @property
    def name(self) -> str:
        return self.plan.method.name

    def own_arrays(self) -> Arrays:
        return figures_arrays(self.curve) | self.overview.arrays()


def figures_arrays(curve: Curve) -> Arrays:
    """top1, map: (M, S) float64, a row a size, a column a split."""
    return {"top1": curve.top1, "map": curve.mean_precision}


class _Work:
    """The methods so far; the mean comes first. told: how items were chosen."""

    def __init__(self, ground: Ground, told: Mapping[str, str]) -> None:
        self.ground, self.sets = ground, ground.given.sets
        self.about = ground.figures() | dict(told)
        self.done: list[Judged] = []
        self.refused: list[dict[str, str]] = []
        self.error: BadInput | None = None
        self.partial = False

    def run(self, plan: Plan, report: Report) -> None:
        """A method's curve and overview, saved; a refusal is kept for later, so that it costs no other method."""
        bar, ground, method = Bar(report, STEPS), self.ground, plan.method
        try:
            found = curve(method, self.sets, ground.splits, ground.sizes.kept, plan.settings, bar.part(0, CURVE))
            params = method.make_params(dict(plan.settings) | {"seed": 0})
            embedder = method.fit(self.sets, params, bar.part(CURVE, 100, f"{method.title}, all groups"))
            seen = overview(embedder, self.sets, bar.part(CURVE + 100, STEPS - CURVE - 100, method.title))
        except BadInput as error:
            self.error = self.error or error
            self.refused.append({"method": method.name, "reason": str(error)})
            return
        self.done.append(Judged(plan, found, seen, self._saved(plan, found, seen)))

    def stop(self) -> None:
        """What is there is kept; raises `Cancelled` where there is nothing."""
        self.partial = True
        if not self.done:
            raise Cancelled("stopped before the first method was judged")

    def result(self) -> dict[str, Any]:
        if not self.done and self.error is not None:
            raise self.error
        rows = self.ground.given.rows
        about = {name: value for name, value in self.about.items() if name not in ("comparison", "bound")}
        return {
            "groups": about.pop("groups"),
            "curves": {each.name: points(each.curve, self.ground.sizes.kept) for each in self.done},
            "against_mean": {each.name: self._against(each.curve) for each in self.done if each.name != MEAN},
            "bound": self.about["bound"],
            "seconds": {each.name: round(each.curve.seconds, 4) for each in self.done},
            "runs": {each.name: each.run for each in self.done},
            "items": len(rows),
            "model": rows.model,
            "space": rows.space,
            **about,
            **({"refused": self.refused} if self.refused else {}),
            **({"partial": True} if self.partial else {}),
        }

    def arrays(self) -> Arrays:
        """The ground's, and each method's with its name before the array's, e.g. `mean.top1`."""
        own = {f"{each.name}.{name}": array for each in self.done for name, array in each.own_arrays().items()}
        return self.ground.arrays() | own

    def _against(self, found: Curve) -> list[dict[str, Any]]:
        return against_mean(found, self.done[0].curve, self.ground.sizes.kept, self.ground.ratio)

    def _saved(self, plan: Plan, found: Curve, seen: Overview) -> str | None:
        settings = plan.method.make_params(dict(plan.settings) | {"seed": 0})
        against = self._against(found) if self.done else None
        metrics = {**self.about, "curve": points(found, self.ground.sizes.kept), "against_mean": against}
        metrics["fits"] = list(found.metrics)
        made = Made(KIND, plan.method, asdict(settings), found.seconds, metrics, ["torch"])
        return save(self.ground.given.rows, made, self.ground.arrays() | figures_arrays(found) | seen.arrays())


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a method and size, and the rest as figures."""
    bound, names = result["bound"], ("curves", "against_mean", "bound", "seconds", "runs", "asked")
    rest = {name: value for name, value in result.items() if name not in names}
    told = {"triplet margin m": bound["margin"], "bound holds": bound["holds"]}
    told["slack, least and median"] = f"{bound['slack']['least']:.3f}, {bound['slack']['median']:.3f}"
    against = {name: {each["size"]: each for each in rows} for name, rows in result["against_mean"].items()}
    rows = [
        _row(name, point, against.get(name, {}).get(point["size"]))
        for name, curve in result["curves"].items()
        for point in curve
    ]
    return {**rest, **told, "asked": result["asked"], "curves, less the mean with p of a paired test": rows}


def _row(method: str, point: Mapping[str, Any], against: Mapping[str, Any] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"method": method, "size": point["size"]}
    for name in ("top1", "map"):
        mean, sd = point[name]
        row[name] = f"{mean:.3f} ± {sd:.2g}"
        row[f"{name} - mean"] = _told(against[name]) if against else "–"
    return row


def _told(difference: Mapping[str, Any]) -> str:
    value, p = difference["difference"], difference["p"]
    return f"{value:+.4f}" if p is None else f"{value:+.4f} (p {p:.2g})"


def _check(seeds: int, sizes: Sequence[int] | None) -> None:
    if not 1 <= seeds <= MOST_SPLITS:
        raise BadParameter(f"seeds={seeds} is not between 1 and {MOST_SPLITS:,}: 5 to 20 show how much chance does")
    if sizes is not None and not sizes:
        raise BadParameter("no sizes given: name some, e.g. --sizes 1,2,4,8")
    for size in sizes or ():
        if not 1 <= size <= MOST_SIZE:
            raise BadParameter(f"--sizes {size} is not between 1 and {MOST_SIZE:,}")
