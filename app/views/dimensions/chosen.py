"""The point of the curve that is looked at: a reducer and its D'."""

from collections.abc import Sequence
from math import inf

from app.comparison.menus import menu
from app.comparison.point import Point
from app.views.dimensions.curves import title
from app.views.dimensions.measure import Measure, lossless, mean_and_sd
from core.runs.reduction import ReductionRun

LINE, DIMENSION = "reducer-line", "reducer-dimension"
POINT = Point(LINE, DIMENSION)


def now(found: Sequence[ReductionRun], by: Measure) -> tuple[ReductionRun, int]:
    """What the person has chosen; else, or where that has gone, the fewest dimensions that lose nothing."""
    return POINT.now(found, lambda: best(found, by), lambda curve: curve.dims.tolist(), lambda curve: usual(curve, by))


def menus(found: Sequence[ReductionRun], curve: ReductionRun) -> None:
    """The same choice without the mouse's aim."""
    menu("Reducer", {each.card.id: title(each) for each in found}, LINE, width=280)
    menu("Dimensions", {dim: f"{dim:,}" for dim in curve.dims.tolist()}, DIMENSION, width=130)


def best(found: Sequence[ReductionRun], by: Measure) -> ReductionRun:
    """The one that needs the fewest dimensions; where none loses nothing, the one with most right matches."""
    return min(found, key=lambda curve: merit(curve, by))


def merit(curve: ReductionRun, by: Measure) -> tuple[float, float]:
    """The lower the better."""
    fewest, right = lossless(curve, by), mean_and_sd(curve, by)[0]
    return (inf if fewest is None else fewest), -float(right[curve.at(usual(curve, by))])


def usual(curve: ReductionRun, by: Measure) -> int:
    """The smallest D' that loses nothing, else the largest that was tried."""
    fewest = lossless(curve, by)
    return int(curve.dims[-1]) if fewest is None else fewest
