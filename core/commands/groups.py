"""Comparing group embeddings: which of them stands for its group, the theorem of the margin, and a map of groups."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.commands.comparing import STEPS, Candidate, MethodComparison, by_method, candidates, check_seeds
from core.commands.grouping import Grouped, grouped
from core.commands.items import chosen, item_rows
from core.commands.options import By, Exclude, Input, Model, Option, Settings, Space, Tag
from core.commands.runs import Made, check_out, keep
from core.errors import BadInput, BadParameter
from core.groups.compare import Curve, Sizes, Support, asked, curve, example_questions, sizes_for
from core.groups.evidence import Evidence, evidence
from core.groups.figures import against_mean, points
from core.groups.overview import Overview, overview
from core.groups.retrieval import Drawn
from core.groups.splits import ClassSplit, class_splits
from core.groups.verdict import MEASURES, verdict
from core.methods import discover, find
from core.progress import Bar, Report, silent
from core.runs.groups import Answers, Compared, GroupsFigures, GroupsResult, GroupsRun
from core.runs.record import metrics

PACKAGE, MEAN = "core.groups", "mean"
ELSEWHERE = {"seed": "seeds"}
SIZES = (1, 2, 4, 8, 16, 32)
MOST_SIZE = 100_000
CURVE = 800
"""Of the bar's steps for a method, those for its curve."""

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
) -> GroupsResult:
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
    check_seeds(seeds, "5 to 20")
    _check_sizes(sizes)
    check_out(out)
    names = list(discover(PACKAGE)) if methods is None else list(methods)
    found = candidates(PACKAGE, names, params or {}, ELSEWHERE, MEAN)
    mean = [each for each in found if each.method.name == MEAN] or [Candidate(find(PACKAGE, MEAN), {})]
    found = [*mean, *(each for each in found if each.method.name != MEAN)]
    bar = Bar(report, (1 + len(found)) * STEPS)
    bar.step(0, "reading the groups")
    of = grouped(chosen(item_rows(source, space, model), tag, exclude), by)
    questions = Questions.measured(of, seeds, sizes, bar.part(0, STEPS))
    comparison = GroupsComparison(questions, tag, exclude)
    return comparison.outcome(found, bar, out)


@dataclass(frozen=True)
class Questions:
    """What every method is asked. asked: how much stands behind each size; evidence: of the theorem."""

    of: Grouped
    splits: Sequence[ClassSplit]
    sizes: Sizes
    asked: Sequence[Support]
    evidence: Evidence

    @classmethod
    def measured(cls, of: Grouped, seeds: int, sizes: Sequence[int] | None, report: Report) -> "Questions":
        sets = of.sets
        splits = class_splits(len(sets), seeds)
        able = sizes_for(sets, splits, SIZES if sizes is None else sizes)
        if not able.kept:
            largest = int(np.sort(sets.sizes // 2)[-2])
            wanted = ",".join(map(str, able.left_out))
            raise BadInput(
                f"sizes {wanted}: halves of groups hold {largest} items or fewer, choose smaller ones", "sizes"
            )
        return cls(of, splits, able, asked(sets, splits, able.kept), evidence(sets, able.kept, 0, report))

    @property
    def ratio(self) -> float:
        """Groups asked about for each that was learned from."""
        return len(self.splits[0].testing) / len(self.splits[0].training)

    def compared(self, tag: str | None, exclude: str | None) -> Compared:
        """What a card and a result both hold; tag, exclude: how the items were chosen."""
        split = self.splits[0]
        return Compared(
            comparison=self._name(),
            groups=len(self.of.grouping.names),
            by=self.of.by,
            groups_of_one=self.of.groups_of_one,
            without_group=self.of.without_group,
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
        """Those of a run that are the same for every method, but for the groups that are asked about."""
        grouping = self.of.grouping
        items = {"ids": self.of.rows.ids, "group": grouping.group}
        about = {"names": grouping.names, "counts": grouping.counts(), "sizes": np.array(self.sizes.kept)}
        return items | about | self.evidence.arrays()

    @cached_property
    def examples(self) -> list[tuple[Drawn, Drawn]]:
        """Of each size, query and gallery groups of the first cut of the first split."""
        return example_questions(self.of.sets, self.splits, self.sizes.kept)

    def answers(self, curve: Curve) -> dict[int, Answers]:
        """By size, what groups found there."""
        pairs = zip(self.examples, curve.example, strict=True)
        found = [Answers(queries.rows, gallery.rows, each.nearest, each.place) for (queries, gallery), each in pairs]
        return dict(zip(self.sizes.kept, found, strict=True))

    def _name(self) -> str:
        rows, grouping = self.of.rows, self.of.grouping
        asked_for = f"{rows.fingerprint} {len(self.splits)} {self.sizes.kept}".encode()
        parts = [asked_for, "\n".join(rows.ids.tolist()).encode(), grouping.group.tobytes()]
        return blake2b(b"\n".join(parts), digest_size=8).hexdigest()


class GroupsComparison(MethodComparison[GroupsRun]):
    """mean: its curve, once it is done: it comes first."""

    first = "the first method was judged"

    def __init__(self, questions: Questions, tag: str | None, exclude: str | None) -> None:
        super().__init__()
        self.questions, self.compared, self.sets = questions, questions.compared(tag, exclude), questions.of.sets
        self.mean: Curve | None = None

    def judge(self, candidate: Candidate, report: Report) -> None:
        """A method's curve and overview, saved."""
        bar, asked = Bar(report, STEPS), self.questions
        splits, sizes = asked.splits, asked.sizes.kept
        found = curve(candidate.method, self.sets, splits, sizes, candidate.settings, bar.part(0, CURVE))
        with threadpool_limits(1):  # as in `curve`
            seen = self._seen(candidate, bar)
        self.done.append(self._run(candidate, found, seen))
        keep(asked.of.rows, self.done[-1])
        if candidate.method.name == MEAN:
            self.mean = found

    def result(self) -> GroupsResult:
        rows, done = self.questions.of.rows, {run.card.method: run for run in self.done}
        against = {name: run.figures.against_mean for name, run in done.items() if run.figures.against_mean}
        return GroupsResult(
            **vars(self.compared),
            curves={name: run.figures.curve for name, run in done.items()},
            against_mean=against,
            verdict={measure: verdict(against, measure) for measure in MEASURES},
            seconds={name: round(run.card.seconds, 4) for name, run in done.items()},
            runs={name: run.card.id if rows.workspace is not None else None for name, run in done.items()},
            items=len(rows),
            model=rows.model,
            space=rows.space,
            **self.remarks(),
        )

    def arrays(self) -> Arrays:
        """What all runs share, and each method's own with its name before the array's, e.g. `mean.top1`."""
        every = {run.card.method: run.arrays() for run in self.done}
        asked = [f"{side}_{size}" for side in ("queries", "gallery") for size in self.questions.sizes.kept]
        shared = {name: next(iter(every.values()))[name] for name in asked}
        return by_method(every, self.questions.arrays() | shared)

    def _seen(self, candidate: Candidate, bar: Bar) -> Overview:
        """All groups beside each other, by the method fitted on all of them."""
        title = candidate.method.title
        embedder = candidate.method.fit(
            self.sets, candidate.params(seed=0), bar.part(CURVE, 100, f"{title}, all groups")
        )
        return overview(embedder, self.sets, bar.part(CURVE + 100, STEPS - CURVE - 100, title))

    def _run(self, candidate: Candidate, found: Curve, seen: Overview) -> GroupsRun:
        asked, sizes = self.questions, self.questions.sizes.kept
        figures = GroupsFigures(
            **vars(self.compared),
            curve=points(found, sizes),
            against_mean=against_mean(found, self.mean, sizes, asked.ratio) if self.mean else None,
            fits=found.metrics,
        )
        params = asdict(candidate.params(seed=0))
        made = Made(GroupsRun.KIND, candidate.method, params, found.seconds, metrics(figures))
        return GroupsRun(
            made.card(asked.of.rows),
            top1=found.top1,
            map=found.mean_precision,
            answers=asked.answers(found),
            **vars(seen),
            **asked.arrays(),
        )


def _check_sizes(sizes: Sequence[int] | None) -> None:
    if sizes is not None and not sizes:
        raise BadParameter("no sizes given: name some, e.g. 1, 2, 4 and 8", "sizes")
    for size in sizes or ():
        if not 1 <= size <= MOST_SIZE:
            raise BadParameter(f"sizes: {size:,} is not between 1 and {MOST_SIZE:,}: choose another", "sizes")
