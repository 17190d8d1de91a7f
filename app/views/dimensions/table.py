"""The table beside the curve: the fewest dimensions of each reducer that lose nothing, and how sure that is."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.comparison.table import bold, written
from app.kit import formats, progress
from app.kit.messages import escaped
from app.kit.publish import fingerprint
from app.views.dimensions import chosen
from app.views.dimensions.curves import COMMAND, title
from app.views.dimensions.measure import WAYS, Measure, losses, lossless, mean_and_sd, tries
from core.runs.reduction import ReductionRun
from core.workspace import Workspace

BEST = {"Smallest D'": min, "Accuracy": max, "Right": max, "Time (s)": min}
"""Columns of which one end is the better one."""


def show(found: Sequence[ReductionRun], by: Measure) -> None:
    """A click on a line chooses the reducer, at its smallest D'."""
    lines = ordered(found, by)
    key = f"reducers-{fingerprint(by.title, *(curve.card.id for curve in lines))}"
    st.dataframe(
        styled(frame(lines, by)),
        key=key,
        hide_index=True,
        on_select=lambda: _clicked(st.session_state[key], lines, by),
        selection_mode="single-cell",
        column_config=_columns(found[0], by),
        row_height=36,
        height="content",
    )


def stopped(workspace: Workspace, found: Sequence[ReductionRun]) -> None:
    """A line for each curve that has ended too soon; while a comparison runs, none is said to have."""
    for curve in [] if progress.running(workspace, COMMAND) else found:
        if curve.figures.partial:
            wanted = len(curve.figures.dims)
            line = f"stopped after {len(curve.dims)} of {formats.counted(wanted, 'number')} of dimensions."
            st.caption(f":orange[:material/warning:] **{escaped(title(curve))}**: {line}")


def ordered(found: Sequence[ReductionRun], by: Measure) -> list[ReductionRun]:
    """The one that needs the fewest dimensions first."""
    return sorted(found, key=lambda curve: chosen.merit(curve, by))


def frame(lines: Sequence[ReductionRun], by: Measure) -> pd.DataFrame:
    return pd.DataFrame([row(curve, by) for curve in lines])


def row(curve: ReductionRun, by: Measure) -> dict[str, Any]:
    """The figures at the smallest lossless D', else at the largest that was tried: those say how far it misses."""
    dimension = chosen.usual(curve, by)
    place, loss = curve.at(dimension), losses(curve, by)[dimension]
    mean, sd = (float(each[place]) for each in mean_and_sd(curve, by))
    return {
        "Method": title(curve),
        "Smallest D'": lossless(curve, by),
        "At": dimension,
        "Accuracy": mean,
        "sd": sd,
        "Right": mean * tries(curve, by),
        "p": loss.p,
        "Detectable loss": loss.detectable_loss,
        "Time (s)": curve.figures.curve[place].seconds,
    }


def styled(table: pd.DataFrame) -> Any:
    """As a person reads it: three digits, the best of a column in bold."""
    styler = table.drop(columns="sd").style.format(na_rep="–")
    shown = {
        "Smallest D'": lambda value: f"{value:,.0f}",
        "At": lambda value: f"{value:,}",
        "Right": lambda value: f"{value:,.1f}",
        "p": formats.probability,
        "Detectable loss": lambda value: f"{value:.3f}",
        "Time (s)": formats.figure,
    }
    for column, form in shown.items():
        styler = styler.format(form, na_rep="none" if column == "Smallest D'" else "–", subset=[column])
    accuracies = zip(table["Accuracy"], table["sd"], strict=True)
    styler = written(styler, "Accuracy", [f"{mean:.3f} ± {sd:.3f}" for mean, sd in accuracies])
    return styler.apply(lambda column: bold(column, BEST[str(column.name)]), subset=list(BEST))


def _clicked(event: Any, lines: Sequence[ReductionRun], by: Measure) -> None:
    for place, _ in event["selection"]["cells"]:
        chosen.POINT.choose(lines[place].card.id, chosen.usual(lines[place], by))


def _columns(curve: ReductionRun, by: Measure) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    right = f"Right of {tries(curve, by):,}"
    figures = {
        "Smallest D'": ("Smallest D'", 96, _SMALLEST),
        "At": ("at D'", 64, _AT),
        "Accuracy": (by.name, 112, f"{_MEANING[by.depth == 1]}: {WAYS[by.way].lower()}; mean ± sd over the splits"),
        "Right": (right, 104, "Matches found right among those held out, by the mean of the splits"),
        "p": ("p", 76, _P),
        "Detectable loss": ("Detectable loss", 118, _DETECTABLE),
        "Time (s)": ("Time (s)", 84, "To learn the reducer once, from one half of the pairs"),
    }
    others = {name: number(title, width=width, help=help) for name, (title, width, help) in figures.items()}
    return {"Method": text(pinned=True, width=190), **others}


_MEANING = {True: "Share of pairs whose partner is the nearest", False: "Share whose partner is among so many nearest"}
_SMALLEST = (
    "The fewest dimensions tried at which no loss is shown, against all dimensions, by a paired bootstrap over the "
    "held-out pairs at the level of 5 %"
)
_AT = "The figures at the right are of so many dimensions: the smallest D', or the largest tried where each loses"
_P = (
    "How probable so large a loss would be by chance if the reducer lost nothing; below 0.05 it counts as one. A "
    "larger p is no proof that nothing is lost: see the detectable loss"
)
_DETECTABLE = (
    "The smallest loss of this share that the test would find four times in five with so many pairs; a smaller one may "
    "hide"
)
