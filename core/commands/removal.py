"""A direction taken away: the derived model, whether a classifier still finds it, and what clusters make of that."""

from time import perf_counter
from typing import Annotated

import numpy as np

from core.clustering.checks import check_rows
from core.commands.directions import kept_direction, without
from core.commands.items import classes, item_rows
from core.commands.options import Input, Label, Option
from core.commands.runs import Analysis, Made, keep
from core.errors import MissingData
from core.inputs import Rows, open_workspace
from core.methods import find
from core.progress import Bar, Report, silent
from core.results import Floats, places
from core.runs.direction import DirectionRun, RemovalFigures, RemovalResult, RemovalRun
from core.runs.record import metrics
from core.semantics.directions import removing, separation
from core.semantics.removal import check_seeds, effect

ANALYSIS = Analysis("removal", "Direction removed")
STEPS, DERIVE, TELL = 1_000, 300, 100
"""Of the bar: in all, for the derived model, and for telling the groups apart."""
K, SEEDS, JUDGE = 10, 3, "logistic"


def removal(
    source: Input,
    run: Annotated[str, Option("The run of the direction.", "ID")],
    k: Annotated[int, Option("Clusters of K-means.")] = K,
    seeds: Annotated[int, Option("Initialisations of K-means.")] = SEEDS,
    label: Label = None,
    report: Report = silent,
) -> RemovalResult:
    """Take a direction away: a derived model, and what that does to clusters.

    Takes the direction of a run away as `without` does, and clusters its items by K-means with it and without it.

    k, seeds: of K-means. label: a column to compare the clusters with; None: "label", where items have one. The result
    is a run of kind "removal". What cannot be clustered or compared is refused before anything is derived.
    """
    start = perf_counter()
    bar = Bar(report, STEPS)
    find("core.clustering", "kmeans").make_params({"k": k})
    check_seeds(seeds)
    found = kept_direction(open_workspace(source), run)
    rows = _rows(source, found)
    cleared, truth = removing(found.concept).image(rows.vectors), classes(rows, label)
    for each in (rows.vectors, cleared):
        check_rows(each, k)
    derived = without(source, run, bar.part(0, DERIVE, "without it"))
    bar.step(DERIVE, "telling the groups apart")
    auc = [_separation(each, found) for each in (rows.vectors, cleared)]
    labels, listen = (truth.values if truth else None), bar.part(DERIVE + TELL, STEPS - DERIVE - TELL, "clusters")
    changed = effect(rows.vectors, cleared, found.projection, k, seeds, labels, listen)
    figures = RemovalFigures(
        direction=derived.direction,
        of=run,
        derived=derived.model,
        variance=[_variance(each) for each in (rows.vectors, cleared)],
        auc=auc,
        correlation_ratio=changed.correlation_ratio,
        labels=changed.labels or [None, None],
        label=truth.label if truth else None,
        agreement=changed.agreement,
        chance=changed.chance,
    )
    how, seconds = {"k": k, "seeds": seeds, "label": label}, perf_counter() - start
    card = Made(RemovalRun.KIND, ANALYSIS, how, seconds, metrics(figures)).card(rows)
    id = keep(rows, RemovalRun(card, rows.ids, changed.before, changed.after))
    return RemovalResult(**vars(figures), run=id, items=len(rows), seconds=round(seconds, 3))


def _rows(source: str, found: DirectionRun) -> Rows:
    """Those of the direction's run, in its order."""
    rows = item_rows(source, found.card.space, found.card.model)
    place = places(found.ids, rows.ids)
    if gone := np.count_nonzero(place < 0):
        raise MissingData(
            f"run {found.card.id}: {gone:,} of its items are no longer embedded: find the direction again"
        )
    return rows.take(place)


def _separation(x: Floats, found: DirectionRun) -> float | None:
    """How well a classifier tells the groups apart that the direction was found between; None of prompts.

    By logistic regression, however it was found: after their difference is gone, the means would tell nothing anyway.
    """
    side = found.side
    return None if side is None else separation(x[side != 0], side[side != 0] > 0, JUDGE)


def _variance(x: Floats) -> float:
    return float(x.var(axis=0, dtype=np.float64).sum())
