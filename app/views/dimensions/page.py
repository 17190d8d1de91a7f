"""The Dimensions page: how few dimensions do I need?"""

from collections.abc import Sequence

import streamlit as st

from app.kit import downloads, formats, progress, store
from app.kit.items import Items
from app.kit.page import Outcome, Page, Result
from app.views.dimensions import actions, chart, chosen, cost, curves, empty, form, pairs, spectrum, table
from app.views.dimensions.curves import Curve, Given, Measure
from core.jobs import jobs
from core.reduction.checks import LEAST_PAIRS
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
    known = curves.givens(cards)
    with st.container(key="dimensions-head"):
        with st.container(key="dimensions-title", horizontal=True, vertical_alignment="center"):
            st.title("Dimensions", anchor=False)
            given = _given(workspace, known) if known else None
        with progress.expander(workspace, curves.COMMAND, "New comparison", "new-reduction", first=not cards):
            form.show(workspace, items)
    progress.show(workspace, curves.COMPARISON, cards, CLICK if known else FIRST)
    if given and (found := curves.curves(workspace, cards, given)):
        _compared(workspace, items, given, found)
    jobs().warm(after=WARM_AFTER)


FIRST = "Choose reducers, press Compare: a curve shows with how few dimensions images still find their captions."
CLICK = "Click a point of a curve, or a line of the table, to see which pairs break there and to use that reducer."


def _compared(workspace: Workspace, items: Items, given: Given, found: Sequence[Curve]) -> None:
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


def _given(workspace: Workspace, known: Sequence[Given]) -> Given:
    """Only curves of the same pairs are compared; where there are several, a person chooses."""
    titles = [given.title(store.model_title(workspace, given.model)) for given in known]
    place = st.selectbox(
        "Curves of",
        range(len(known)),
        format_func=titles.__getitem__,
        key="reduced",
        label_visibility="collapsed",
        width=280,
        help="Only curves of the same pairs and splits can be compared",
    )
    return known[place]


def _honestly(given: Given, found: Sequence[Curve]) -> None:
    """What the figures are of."""
    pairs, images = found[0].held_out.shape[1], found[0].tries(Measure("i2t"))
    held = f"{pairs:,}" if images == pairs else f"{images:,} images with {pairs:,} captions"
    repeated = int(found[0].card.metrics.get("repeated") or 0)
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
    workspace: Workspace, items: Items, found: Sequence[Curve], by: Measure, curve: Curve, dimension: int
) -> None:
    with st.container(key="point-head", horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen.menus(found, curve)
        _level(curve, dimension, by)
        cost.show(workspace, curve, dimension)
    actions.show(workspace, curve, dimension)
    pairs.show(workspace, items, curve, dimension, by)


def _level(curve: Curve, dimension: int, by: Measure) -> None:
    now, full = curve.mean_and_sd(by)[0][curve.at(dimension)], curve.level(by)[0]
    st.metric(
        by.title,
        f"{now:.3f}",
        f"{now - full:+.3f} against all {curve.dimensions:,}",
        delta_color="off",
        delta_arrow="off",
        help="The share of held-out pairs that are matched",
    )


def least(result: Result) -> str:
    """How few dimensions lose nothing."""
    found = [each for each in result.get("smallest_lossless", {}).values() if each]
    return f"{min(found):,} dimensions lose nothing" if found else "each number of dimensions loses something"


OUTCOMES = {
    "reduce": Outcome(least),
    "project": Outcome(lambda result: f"made the model {result['model']}"),
}
PAGE = Page("Dimensions", ":material/compress:", 4, show, OUTCOMES)
