"""The table of methods: what each finds at each size, the best in bold, marked where it beats the mean for sure."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.comparison.table import bold, written
from app.kit import formats
from app.kit.publish import fingerprint
from app.views.groups.runs import title
from core.groups.significance import Difference
from core.runs.groups import GroupsRun

METHOD, SECONDS = "Method", "Fit (s)"


def show(every: Sequence[GroupsRun], measure: str, choose: Callable[[str, int], None]) -> None:
    """A click on a cell chooses the method and the size."""
    key = f"groups-table-{fingerprint(measure, *(each.card.id for each in every))}"
    sizes = sorted({size for each in every for size in each.sizes_asked})

    def clicked() -> None:
        for row, column in st.session_state[key]["selection"]["cells"]:
            size = int(column) if str(column).isdecimal() else sizes[0]
            choose(every[row].card.id, size)

    st.dataframe(
        styled(every, measure, sizes),
        key=key,
        hide_index=True,
        on_select=clicked,
        selection_mode="single-cell",
        column_config=_columns(sizes),
        row_height=34,
        height="content",
    )


def frame(every: Sequence[GroupsRun], measure: str, sizes: Sequence[int]) -> pd.DataFrame:
    """The means, a row a method, a column a size."""
    rows = []
    for each in every:
        means = dict(zip(each.sizes_asked, each.mean_and_sd(measure)[0].tolist(), strict=True))
        named = {str(size): means.get(size) for size in sizes}
        rows.append({METHOD: title(each), **named, SECONDS: each.card.seconds})
    return pd.DataFrame(rows)


def styled(every: Sequence[GroupsRun], measure: str, sizes: Sequence[int]) -> Any:
    """As a person reads it: mean ± sd, an arrow where it is surely more or less than the mean."""
    styler = frame(every, measure, sizes).style.format(na_rep="–", formatter={SECONDS: formats.figure})
    cells = [dict(zip(each.sizes_asked, _cells(each, measure), strict=True)) for each in every]
    for size in sizes:
        styler = written(styler, str(size), [row.get(size) for row in cells])
    return styler.apply(lambda column: bold(column.round(3)), subset=[str(size) for size in sizes])


def _cells(each: GroupsRun, measure: str) -> list[str]:
    mean, sd = each.mean_and_sd(measure)
    against = each.figures.against_mean
    differences = [row.by(measure) for row in against] if against else [None] * len(mean)
    rows = zip(mean.tolist(), sd.tolist(), differences, strict=True)
    return [f"{value:.3f} ± {spread:.3f}{_mark(row)}" for value, spread, row in rows]


def _mark(row: Difference | None) -> str:
    if row is None or row.low is None or row.high is None:
        return ""
    return " ↑" if row.low > 0 else " ↓" if row.high < 0 else ""


def _columns(sizes: Sequence[int]) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    what = "mean ± sd over the splits. ↑ ↓: surely more or less than the plain mean, by the 95 % interval"
    cells = {
        str(size): number(formats.counted(size, "item"), width=124, help=f"Groups of {size:,}: {what}")
        for size in sizes
    }
    seconds = number(SECONDS, width=72, help="To learn from one half of the groups, once")
    return {METHOD: text(pinned=True, width=190), **cells, SECONDS: seconds}
