"""Comparing group embeddings: which of them stands for its group, the theorem of the margin, and a map of groups."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.commands.comparing import Comparison
from core.commands.grouping import By, Grouped, grouped
from core.commands.items import chosen, item_rows
from core.commands.plans import Plan, planned
from core.commands.runs import Made, check_out, save, write_arrays
from core.errors import BadInput, BadParameter
from core.groups.compare import Asked, Curve, Sizes, asked, curve, example_questions, sizes_for
from core.groups.evidence import Evidence, evidence
from core.groups.figures import against_mean, points
from core.groups.overview import Overview, overview
from core.groups.splits import ClassSplit, class_splits
from core.groups.verdict import MEASURES, verdict
from core.methods import discover, find
from core.progress import Bar, Report, silent

PACKAGE, KIND, MEAN = "core.groups", "groups", "mean"
ELSEWHERE = {"seed": "seeds"}
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
    told = {name: value for name, value in (("tag", tag), ("exclude", exclude)) if value is not None}
    work = _Work(Ground.measured(given, seeds, sizes, bar.part(0, STEPS)), told)
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
        """ids (N,) str, group (N,) int64, names (G,) str, counts (G,) int64, sizes (M,) int64, and the bound's.

        For each size n, of the first cut of the first split: queries_n (Q, n), gallery_n (R, n) int64, rows of ids.
        """
        grouping, kept = self.given.grouping, self.sizes.kept
        items = {"ids": self.given.rows.ids, "group": grouping.group}
        about = {"names": grouping.names, "counts": grouping.counts(), "sizes": np.array(kept)}
        pairs = zip(kept, example_questions(self.given.sets, self.splits, kept), strict=True)
        example = {
            f"{name}_{size}": side.rows
            for size, sides in pairs
            for name, side in zip(("queries", "gallery"), sides, strict=True)
        }
        return items | about | example | self.evidence.arrays()

    def _name(self) -> str:
        rows, grouping = self.given.rows, self.given.grouping
        asked_for = f"{rows.fingerprint} {len(self.splits)} {self.sizes.kept}".encode()
        parts = [asked_for, "\n".join(rows.ids.tolist()).encode(), grouping.group.tobytes()]
        return blake2b(b"\n".join(parts), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Judged:
    """One method, done: its curve, and its groups beside each other. run: which keeps it; None for a `.npz`."""

    plan: Plan
    curve: Curve
    overview: Overview
    run: str | None = None

    @property
    def name(self) -> str:
        return self.plan.method.name

    def own_arrays(self, sizes: Sequence[int]) -> Arrays:
        """top1, map: (M, S) float64, a row a size, a column a split; the overview's; and for each size n of the first
        cut of the first split nearest_n (Q,) int64, the gallery group found, and place_n (Q,), of the first right one.
        """
        curve = self.curve
        pairs = list(zip(sizes, curve.example, strict=True))
        example = {f"nearest_{size}": each.nearest for size, each in pairs}
        example |= {f"place_{size}": each.place for size, each in pairs}
        return {"top1": curve.top1, "map": curve.mean_precision} | example | self.overview.arrays()


class _Work(Comparison[Judged]):
    """The mean comes first. told: how items were chosen."""

    first = "the first method was judged"

    def __init__(self, ground: Ground, told: Mapping[str, str]) -> None:
        super().__init__()
        self.ground, self.sets = ground, ground.given.sets
        self.about = ground.figures() | dict(told)

    def judge(self, plan: Plan, report: Report) -> None:
        """A method's curve and overview, saved."""
        bar, ground = Bar(report, STEPS), self.ground
        found = curve(plan.method, self.sets, ground.splits, ground.sizes.kept, plan.settings, bar.part(0, CURVE))
        with threadpool_limits(1):  # as in `curve`
            seen = self._seen(plan, bar)
        judged = Judged(plan, found, seen)
        self.done.append(replace(judged, run=self._saved(judged)))

    def result(self) -> dict[str, Any]:
        rows = self.ground.given.rows
        about = {name: value for name, value in self.about.items() if name not in ("comparison", "bound")}
        return {
            "groups": about.pop("groups"),
            "curves": {each.name: points(each.curve, self.ground.sizes.kept) for each in self.done},
            "against_mean": {each.name: self._against(each.curve) for each in self.done if each.name != MEAN},
            "verdict": self._verdict(),
            "bound": self.about["bound"],
            "seconds": {each.name: round(each.curve.seconds, 4) for each in self.done},
            "runs": {each.name: each.run for each in self.done},
            "items": len(rows),
            "model": rows.model,
            "space": rows.space,
            **about,
            **self.remarks(),
        }

    def arrays(self) -> Arrays:
        """The ground's, and each method's with its name before the array's, e.g. `mean.top1`."""
        sizes = self.ground.sizes.kept
        own = {f"{each.name}.{name}": array for each in self.done for name, array in each.own_arrays(sizes).items()}
        return self.ground.arrays() | own

    def _seen(self, plan: Plan, bar: Bar) -> Overview:
        """All groups beside each other, by the method fitted on all of them."""
        title, params = plan.method.title, plan.method.make_params(dict(plan.settings) | {"seed": 0})
        embedder = plan.method.fit(self.sets, params, bar.part(CURVE, 100, f"{title}, all groups"))
        return overview(embedder, self.sets, bar.part(CURVE + 100, STEPS - CURVE - 100, title))

    def _verdict(self) -> dict[str, list[dict[str, Any]]]:
        against = {each.name: self._against(each.curve) for each in self.done if each.name != MEAN}
        return {measure: [asdict(answer) for answer in verdict(against, measure)] for measure in MEASURES}

    def _against(self, found: Curve) -> list[dict[str, Any]]:
        return against_mean(found, self.done[0].curve, self.ground.sizes.kept, self.ground.ratio)

    def _saved(self, judged: Judged) -> str | None:
        found, plan, sizes = judged.curve, judged.plan, self.ground.sizes.kept
        settings = plan.method.make_params(dict(plan.settings) | {"seed": 0})
        against = None if judged.name == MEAN else self._against(found)
        metrics = {**self.about, "curve": points(found, sizes), "against_mean": against}
        metrics["fits"] = list(found.metrics)
        made = Made(KIND, plan.method, asdict(settings), found.seconds, metrics)
        return save(self.ground.given.rows, made, self.ground.arrays() | judged.own_arrays(sizes))


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a method and size, and the rest as figures."""
    bound, names = result["bound"], ("curves", "against_mean", "verdict", "bound", "seconds", "runs", "asked")
    rest = {name: value for name, value in result.items() if name not in names}
    told = {"triplet margin m": bound["margin"], "bound holds": bound["holds"]}
    told["slack, least and median"] = f"{bound['slack']['least']:.3f}, {bound['slack']['median']:.3f}"
    told["learned beat the mean"] = "; ".join(_answered(name, rows) for name, rows in result["verdict"].items() if rows)
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


def _answered(measure: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """`map at 2, 4, not at 8`."""
    sizes = {won: ", ".join(str(row["size"]) for row in rows if bool(row["better"]) == won) for won in (True, False)}
    parts = [f"at {sizes[True]}"] * bool(sizes[True]) + [f"not at {sizes[False]}"] * bool(sizes[False])
    return f"{measure} {', '.join(parts)}"


def _told(difference: Mapping[str, Any]) -> str:
    value, p = difference["difference"], difference["p"]
    return f"{value:+.4f}" if p is None else f"{value:+.4f} (p {p:.2g})"


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
