"""The Dimensions page: how few dimensions do I need?"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.comparison import selector
from app.kit import downloads, formats, progress, store
from app.kit.items import Items
from app.kit.page import Outcome, Page
from app.views.dimensions import actions, chart, chosen, cost, curves, empty, form, pairs, spectrum, table
from app.views.dimensions.curves import SELECTOR, Input
from app.views.dimensions.measure import Measure, level, mean_and_sd, tries
from core.jobs import jobs
from core.reduction.checks import LEAST_PAIRS
from core.runs import reducer, reduction
from core.runs.reduction import ReductionRun
from core.workspace import Workspace

WARM_AFTER = 5.0
"""Seconds in which the page has the cores for itself."""


def show() -> None:
    """The form, the curve with its table, and below it the point that was chosen."""
    workspace = store.current()
    if max(empty.pairs(workspace.models()).values(), default=0) < LEAST_PAIRS:
        empty.show(workspace)
        return
    items, cards = store.items(workspace), workspace.runs(curves.KIND)
    known = SELECTOR.inputs(cards)
    with st.container(key="dimensions-head"):
        with st.container(key="dimensions-title", horizontal=True, vertical_alignment="center"):
            st.title("Dimensions", anchor=False)
            given = selector.choose(workspace, known, "Curves of", "reduced", **CHOICE) if known else None
        with progress.expander(workspace, curves.COMMAND, "New comparison", "new-reduction", first=not cards):
            form.show(workspace, items)
    progress.show(workspace, curves.COMPARISON, cards, CLICK if known else FIRST)
    if given and (found := curves.curves(workspace, cards, given)):
        _compared(workspace, items, given, found)
    jobs().warm(after=WARM_AFTER)


CHOICE: dict[str, Any] = {
    "label_visibility": "collapsed",
    "width": 280,
    "help": "Only curves of the same pairs and splits can be compared",
}
FIRST = "Choose reducers, press Compare: a curve shows with how few dimensions images still find their captions."
CLICK = "Click a point of a curve, or a line of the table, to see which pairs break there and to use that reducer."


def _compared(workspace: Workspace, items: Items, given: Input, found: Sequence[ReductionRun]) -> None:
    with st.container(key="curve-stage", horizontal=True, gap="medium"):
        with st.container(key="curve-side"):
            with st.container(key="measure", horizontal=True, vertical_alignment="center", gap="small"):
                by = chart.measure()
            point = chosen.now(found, by)
            chart.show(found, by, point)
            _honestly(given, found)
        with st.container(key="spectrum-side", width=300):
            spectrum.show(found[0])
    with st.container(key="reducers"):
        table.show(found, by)
        table.stopped(workspace, found)
    _point(workspace, items, found, by, *point)


def _honestly(given: Input, found: Sequence[ReductionRun]) -> None:
    """What the figures are of."""
    pairs, images = found[0].held_out.shape[1], tries(found[0], Measure("i2t"))
    held = f"{pairs:,}" if images == pairs else f"{images:,} images with {pairs:,} captions"
    repeated = found[0].figures.repeated
    left = f" {formats.counted(repeated, 'pair')} with a caption that repeats took no part." if repeated else ""
    with st.container(key="below-curve", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"All figures are of pairs held out of the fit: {formats.counted(given.splits, 'random half split')} of "
            f"{formats.counted(given.pairs, 'image' if images < pairs else 'pair')}, {held} judged in each.{left}",
            help="Line: mean over the splits; band: their sd. Dashed line: all dimensions, with its 95 % bootstrap "
            "band over pairs. An image is right when any of its captions comes first; each caption asks for its image "
            "by itself. Ring: the fewest dimensions that lose nothing by a paired test. Click a point to see "
            "its pairs.",
            width="stretch",
        )
        what = "A row a reducer, number of dimensions, split and direction, as CSV"
        downloads.button("Figures", lambda: actions.csv(found), "dimensions.csv", what, key="take-curve")


def _point(
    workspace: Workspace, items: Items, found: Sequence[ReductionRun], by: Measure, curve: ReductionRun, dimension: int
) -> None:
    with st.container(key="point-head", horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen.menus(found, curve)
        _level(curve, dimension, by)
        cost.show(workspace, curve, dimension)
    actions.show(workspace, curve, dimension)
    pairs.show(workspace, items, curve, dimension, by)


def _level(curve: ReductionRun, dimension: int, by: Measure) -> None:
    now, full = mean_and_sd(curve, by)[0][curve.at(dimension)], level(curve, by)[0]
    st.metric(
        by.title,
        f"{now:.3f}",
        f"{now - full:+.3f} against all {curve.dimensions:,}",
        delta_color="off",
        delta_arrow="off",
        help="The share of held-out pairs that are matched",
    )


OUTCOMES = {curves.COMMAND: Outcome(reduction.summary), actions.COMMAND: Outcome(reducer.summary)}
PAGE = Page("Dimensions", ":material/compress:", 4, show, OUTCOMES)
