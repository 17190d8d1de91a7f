"""The leaderboard: methods against figures as a table, the same as bars, and what each figure means."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.comparison.chart import GREY
from app.comparison.menus import switch
from app.comparison.table import bold, written
from app.kit import downloads, formats
from app.kit.charts import category_colours
from app.kit.publish import fingerprint
from app.kit.state import state
from app.views.clusters import cautions
from app.views.clusters.runs import Entry
from core.clustering.metrics import AGAINST_LABELS, DEFINITIONS, Definition
from core.runs import clustering

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WITHOUT_LABELS = ("silhouette", "stability")
UNITS = {"seconds": "Time (s)", "noise": "Noise (%)"}
WIDE, NARROW = 100, 76
"""Pixels of a column with and without a spread."""
KINDS = {"Against labels": AGAINST_LABELS, "Without labels": WITHOUT_LABELS}


def show(found: Sequence[Entry]) -> tuple[Entry, list[Entry]]:
    """Draws table and bars side by side; returns the line to show, the first if none is chosen, and those ticked."""
    with st.container(key="leaderboard", horizontal=True, gap="medium"):
        with st.container(key="board-table"):
            chosen = _table(found)
            _below(found)
            cautions.show(found)
        with st.container(key="board-bars", width=350):
            _bars(found)
    _definitions()
    return chosen


def shown(found: Sequence[Entry]) -> list[Definition]:
    """The figures that at least one line has, the number of clusters first; without labels those against them lack."""
    there = [each for name, each in DEFINITIONS.items() if any(name in entry.figures for entry in found)]
    return sorted(there, key=lambda each: each.name != "k")


def cell(name: str, mean: float, sd: float, runs: int) -> str:
    """`0.842 ± 0.013`, `10.3 ± 0.6`, `12.4 ± 0.3`; without a spread for a single run, or where there is none."""
    if name == "k":
        return f"{mean:.1f} ± {sd:.1f}" if sd else f"{mean:,.0f}"
    if name == "seconds":
        text = formats.figure(mean)
        return f"{text} ± {sd:,.{len(text.partition('.')[2])}f}" if runs > 1 else text
    if name == "noise":
        mean, sd = 100 * mean, 100 * sd
        return f"{mean:.1f} ± {sd:.1f}" if sd else f"{mean:.3g}"
    return f"{mean:.3f} ± {sd:.3f}" if runs > 1 else f"{mean:.3f}"


def frame(found: Sequence[Entry]) -> pd.DataFrame:
    """Means, a row a line of the leaderboard: sorting a column sorts by them."""
    columns: dict[str, list[Any]] = {"Method": [entry.title for entry in found]}
    for each in shown(found):
        columns[header(each)] = [entry.figures.get(each.name, (np.nan, 0.0))[0] for entry in found]
    columns["Seeds"] = [len(entry.cards) for entry in found]
    return pd.DataFrame(columns)


def header(definition: Definition) -> str:
    return UNITS.get(definition.name, definition.title)


def bars(found: Sequence[Entry], names: Sequence[str]) -> "Figure":
    """A group of bars a figure, a colour a line of the leaderboard, the sd over seeds as error bars."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    figure = go.Figure()
    titles = sorted(entry.title for entry in found)
    shades = dict(zip(titles, category_colours(titles), strict=True))
    for entry in found:
        there = [name for name in names if name in entry.figures]
        figure.add_bar(
            name=entry.title,
            x=[DEFINITIONS[name].title for name in there],
            y=[entry.figures[name][0] for name in there],
            error_y=_spread([entry.figures[name][1] for name in there], len(entry.cards)),
            marker_color=shades[entry.title],
            hovertemplate="%{x} %{y:.3f} ± %{error_y.array:.3f}<extra>%{fullData.name}</extra>",
        )
    legend = {"orientation": "h", "yanchor": "top", "y": -0.12, "x": 0}
    return figure.update_layout(
        barmode="group", height=360, margin={"t": 8, "r": 0, "b": 0, "l": 0}, legend=legend, bargap=0.25
    )


def _spread(deviations: list[float], runs: int) -> dict[str, Any]:
    """Error bars; a single run has none."""
    return {"type": "data", "array": deviations, "thickness": 1.4, "width": 3, "color": GREY, "visible": runs > 1}


def figures_csv(found: Sequence[Entry]) -> bytes:
    """Every run as a row: its method with its setting, its seed, its figures."""
    rows = [
        {"method": entry.title, "seed": card.seed}
        | {each.name: clustering.figure(card, each.name) for each in shown(found)}
        for entry in found
        for card in entry.cards
    ]
    return downloads.csv(pd.DataFrame(rows).dropna(axis="columns", how="all"))


def _table(found: Sequence[Entry]) -> tuple[Entry, list[Entry]]:
    """What was ticked stays so while other lines come."""
    titles = [entry.title for entry in found]
    rows = [row for row, title in enumerate(titles) if title in state().ticked]
    selection = st.dataframe(
        styled(found),
        key=f"leaderboard-{fingerprint(*titles)}",
        hide_index=True,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        selection_default={"selection": {"rows": rows}},
        column_config=_columns(found),
        row_height=38,
    )["selection"]
    ticked = [row for row in selection["rows"] if row < len(found)]
    cell = next(((titles[row], column) for row, column in selection.get("cells", []) if row < len(found)), None)
    title = state().choose(tuple(titles[row] for row in ticked), cell)
    shown = next((entry for entry in found if entry.title == title), found[0])
    return shown, [found[row] for row in ticked]


def _below(found: Sequence[Entry]) -> None:
    with st.container(key="board-below", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            "Mean ± sd over the seeds, the best in bold. Click a line to see its clusters; tick two to compare them.",
            width="content",
        )
        downloads.button(
            "Figures", lambda: figures_csv(found), "clusterings.csv", "A row a run, as CSV", key="take-figures"
        )


def styled(found: Sequence[Entry]) -> Any:
    """The means as numbers, shown with their spread."""
    table = frame(found)
    styler = table.style.format(na_rep="–")
    for each in shown(found):
        texts = [
            cell(each.name, *entry.figures[each.name], len(entry.cards)) if each.name in entry.figures else None
            for entry in found
        ]
        styler = written(styler, header(each), texts)
    best = {header(each): max if each.best == "high" else min for each in shown(found) if each.best}
    return styler.apply(lambda column: bold(column, best[str(column.name)]), subset=list(best))


def _columns(found: Sequence[Entry]) -> dict[str, Any]:
    """The figures narrow, so that those against labels are seen at once; each with its sentence."""
    width = WIDE if any(len(entry.cards) > 1 for entry in found) else NARROW
    figures = {
        header(each): st.column_config.NumberColumn(help=each.sentence, width=NARROW if each.name == "k" else width)
        for each in shown(found)
    }
    seeds = st.column_config.NumberColumn(width=NARROW, help="How often the method was run")
    return {"Method": st.column_config.TextColumn(pinned=True, width=150), "Seeds": seeds, **figures}


def _bars(found: Sequence[Entry]) -> None:
    there = {title for title, names in KINDS.items() if any(name in entry.figures for entry in found for name in names)}
    kinds = [title for title in KINDS if title in there]
    if not kinds:
        st.caption("No figures to draw yet.")
        return
    kind = switch("Figures", dict(zip(kinds, kinds, strict=True)), "board-kind") if len(kinds) > 1 else kinds[0]
    st.plotly_chart(bars(found, KINDS[kind]), key="board-chart")


def _definitions() -> None:
    with st.expander("What the figures mean", icon=":material/info:", key="definitions"):
        left, right = st.columns(2, gap="large")
        for number, each in enumerate(DEFINITIONS.values()):
            with left if number % 2 == 0 else right:
                better = {"high": "Higher is better.", "low": "Lower is better."}.get(each.best, "")
                st.markdown(f"**{each.title}** {each.sentence} {better}")
                st.latex(each.formula)
