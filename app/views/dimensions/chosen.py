"""The point of the curve that is looked at: a reducer and its D'."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import streamlit as st

from app.kit import charts
from app.views.dimensions.curves import title
from app.views.dimensions.measure import Measure, lossless, mean_and_sd
from core.runs.reduction import ReductionRun

LINE, DIMENSION = "reducer-line", "reducer-dimension"
"""Where the session keeps both."""
USUAL = "reducer-usual"
"""What was chosen for the person, who may get a better one while points come in."""


def clicked(event: Mapping[str, Any]) -> None:
    """A click on the curve; one beside the points changes nothing."""
    if point := charts.clicked(event):
        choose(str(point[0]), int(point[1]))


def choose(line: str, dimension: int) -> None:
    st.session_state[LINE], st.session_state[DIMENSION], st.session_state[USUAL] = line, dimension, None


def now(found: Sequence[ReductionRun], by: Measure) -> tuple[ReductionRun, int]:
    """What the person has chosen; else, or where that has gone, the fewest dimensions that lose nothing."""
    session = st.session_state
    kept = (session.get(LINE), session.get(DIMENSION))
    curve = next((each for each in found if each.card.id == kept[0]), None)
    if curve is None or kept == session.get(USUAL):
        curve = best(found, by)
        choose(curve.card.id, usual(curve, by))
        session[USUAL] = (session[LINE], session[DIMENSION])
    elif kept[1] not in curve.dims:
        choose(curve.card.id, usual(curve, by))
    return curve, int(session[DIMENSION])


def menus(found: Sequence[ReductionRun], curve: ReductionRun) -> None:
    """The same choice without the mouse's aim."""
    titles = {each.card.id: title(each) for each in found}
    st.selectbox("Reducer", list(titles), format_func=titles.__getitem__, key=LINE, width=280)
    st.selectbox("Dimensions", curve.dims.tolist(), format_func=lambda dim: f"{dim:,}", key=DIMENSION, width=130)


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
