"""A prompt and a dimension: the items at the dimension's two ends, and all items by both numbers."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app.kit import formats, pictured
from app.kit.charts import scale_colours
from app.kit.messages import escaped
from app.views.semantics.prompt_found import Compared, brief, noun
from core.results import Floats
from core.search import highest
from core.semantics.results import LEVEL
from core.workspace import Workspace
from core.workspace.columns import safe_name

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

ENDS = 12
BINS = 48
HEIGHT = 300


def show(workspace: Workspace, found: Compared, prompt: int, dimension: int) -> None:
    """Low end, high end, and how the two numbers lie together."""
    name = f"{noun(found.run.card)} {dimension}"
    values = found.code(dimension)
    with st.container(key="pair-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(escaped(f"{name.capitalize()} and “{brief(found.run.prompts.texts[prompt], 60)}”"), anchor=False)
        _colour(workspace, found, name, values)
    st.markdown(told(found, prompt, dimension))
    with st.container(key="pair-stage", horizontal=True, gap="medium"):
        for title, sign in (("Lowest", -1), ("Highest", 1)):
            with st.container(key=f"pair-{title.lower()}"):
                _end(workspace, found, title, name, sign * values, sign)
        with st.container(key="pair-together", width=340):
            st.plotly_chart(
                together(values, found.cosines(prompt), name), key="pair-chart", config={"displayModeBar": False}
            )


def told(found: Compared, prompt: int, dimension: int) -> str:
    """`Correlation **−0.670**, p < 0.001 after correction. 94 of 256 components are significant for this prompt.`"""
    correlation = found.run.correlation
    r, adjusted = correlation.coefficients[prompt], correlation.adjusted[prompt]
    if np.isnan(r[dimension]):
        return "All items have the same value here: there is no correlation."
    size = f"{float(r[dimension]):.3f}".replace("-", "−")
    p = formats.probability(float(adjusted[dimension]))
    p = f"p {p}" if p.startswith("<") else f"p = {p}"
    own = correlation.strongest(prompt)
    best = "the strongest of this prompt" if own == dimension else f"the strongest of this prompt is {own}"
    significant = f"{int((adjusted < LEVEL).sum()):,} of {len(r):,} are significant for it"
    return f"Correlation **{size}**, {p} after correction; {best}, {significant}."


def _end(workspace: Workspace, found: Compared, title: str, name: str, values: Floats, sign: int) -> None:
    rows = highest(values, min(ENDS, len(values)))
    ids = found.run.ids[rows].tolist()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{title}**", width="stretch")
        pictured.to_the_map(workspace, f"{title} {name}", ids, f"pair-map-{title}")
    notes = {id: formats.figure(sign * float(values[row])) for id, row in zip(ids, rows, strict=True)}
    pictured.shown(workspace, ids, f"pair-gallery-{title}", notes, side=78)


def _colour(workspace: Workspace, found: Compared, name: str, values: Floats) -> None:
    column = safe_name(f"{found.run.card.model} {name}")
    help = f"Writes its values as the column “{column}”, by which the map can be coloured"
    by_item = dict(zip(found.run.ids.tolist(), values.astype(float).tolist(), strict=True))
    pictured.by_column(workspace, column, by_item, "pair-colour", help)


def together(values: Floats, cosines: Floats, name: str) -> "Figure":
    """How many items have which two numbers; every item counts."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    counts, across, up = np.histogram2d(values, cosines, bins=BINS)
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan)
    drawn = go.Figure(
        go.Heatmap(
            z=shown.T,
            x=((across[1:] + across[:-1]) / 2).tolist(),
            y=((up[1:] + up[:-1]) / 2).tolist(),
            customdata=counts.T,
            colorscale=scale_colours(),
            showscale=False,
            hovertemplate="%{customdata:,} items<extra></extra>",
        )
    )
    drawn.update_xaxes(title=name)
    drawn.update_yaxes(title="cosine with the prompt")
    return drawn.update_layout(height=HEIGHT, margin={"t": 8, "r": 8, "b": 0, "l": 0}, dragmode=False)
