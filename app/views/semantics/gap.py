"""The tab "Modality gap": how images and captions lie to each other, and what centring each of them does."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app.comparison.source import pairs
from app.kit import derived_embeddings, downloads, formats, pictured, progress, records, store
from app.kit.charts import OKABE_ITO
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.scatter import maps, scatter
from app.views.semantics import coloured, gap_found, results, source
from app.views.semantics.gap_found import WAYS
from core.runs.gap import GapFigures, GapRun, SpaceFigures
from core.runs.reducer import ReducerRun
from core.workspace import RunCard, Workspace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COMMAND, TAB = "gap", "gap"
SPACES = ("As it is", "Centred")
SHOWN = 12
FIRST = "Press Measure: how far images lie from captions, and whether centring each brings them together."
MEANING = {
    "Distance of the two means": "The gap: the length of the mean image less the mean caption. Liang et al., 2022",
    "Alignment": "Mean squared distance of an image and its caption; less is better. Wang and Isola, 2020",
    "Uniformity of images": "Log of the mean of exp(−2 d²) over pairs of images; less is more evenly spread",
    "Uniformity of captions": "The same over different captions",
    "Cosine of a pair": "Mean over images with their own caption",
    "Cosine of others": "Mean over images with captions that say otherwise",
    "Top-1 image → text": "Share of images of which a caption of their own is the nearest of all different ones: "
    "any of several captions may be it",
    "Top-1 text → image": "Share of captions whose own image is the nearest: each of several captions asks",
}


def show(workspace: Workspace) -> None:
    """The form, the figures before and after, both spaces on one map, and the pairs that change."""
    cards = workspace.runs(GapRun.KIND)
    if not pairs(workspace.models()):
        st.caption("No model has embedded images and their captions here: with both, the gap between them is measured.")
        return
    with progress.expander(workspace, COMMAND, "New measurement", f"new-gap-{workspace.name}", first=not cards):
        _form(workspace)
    progress.line(workspace, COMMAND, "" if cards else FIRST)
    card = results.chosen(workspace, TAB, cards, lambda card: title(workspace, card))
    if card is None:
        return
    found = records.read(workspace, GapRun, card)
    st.markdown(told(workspace, found))
    with st.container(key="gap-stage", horizontal=True, gap="medium"):
        with st.container(key="gap-table"):
            _table(found)
        with st.container(key="gap-histograms"):
            chart = histograms(found)
            st.plotly_chart(chart, key="gap-chart", config={"displayModeBar": False}, alt="Cosines of pairs and others")
            st.caption("Cosines of an image with its own caption, and with captions that say otherwise; areas of 1.")
    with plainly():
        _map(workspace, card)
    _changes(workspace, found)
    _centred(workspace, found)


def title(workspace: Workspace, card: RunCard) -> str:
    """`pocket: gap 0.216`"""
    return f"{store.model_title(workspace, card.model)}: gap {formats.figure(GapRun.figures_of(card).before.size)}"


def told(workspace: Workspace, found: GapRun) -> str:
    """What was measured of which pairs."""
    before, after = found.figures.before, found.figures.after
    of = source.told(workspace, found.card, found.figures)
    return (
        f"Images and captions lie **{formats.figure(before.size)}** apart, centred {formats.figure(after.size)}; "
        f"top-1 among {formats.counted(found.figures.matched, 'different caption')}: "
        f"image → text {before.i2t:.3f} → {after.i2t:.3f}, text → image {before.t2i:.3f} → {after.t2i:.3f}. "
        f":gray[{escaped(of)}.]"
    )


def figures(found: GapFigures) -> pd.DataFrame:
    """A row a figure: as it is, and centred."""
    columns = zip(SPACES, (_values(found.before), _values(found.after)), strict=True)
    return pd.DataFrame({"Figure": list(MEANING), **dict(columns)})


def _values(space: SpaceFigures) -> list[float]:
    spread = (space.uniformity.images, space.uniformity.captions)
    values = (space.size, space.alignment, *spread, space.pair_cosine, space.other_cosine, space.i2t, space.t2i)
    return [round(value, 6) for value in values]


def _form(workspace: Workspace) -> None:
    with st.container(key="gap-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, TAB, choice=False)
        if st.button("Measure", key="start-gap", type="primary", icon=":material/play_arrow:"):
            name = store.model_title(workspace, given.model)
            asked = {"model": given.model, "tag": given.tag, "exclude": given.exclude}
            progress.start(workspace, COMMAND, asked, f"Modality gap of {name}")
            st.rerun()


def _table(found: GapRun) -> None:
    number = st.column_config.NumberColumn
    table = figures(found.figures)
    st.markdown("**As it is, and centred**", help="  \n".join(f"{name}: {said}." for name, said in MEANING.items()))
    st.dataframe(
        table,
        key="gap-figures",
        hide_index=True,
        row_height=34,
        column_config={
            "Figure": st.column_config.TextColumn(width=220),
            **{name: number(format="%.4f", width=110) for name in SPACES},
        },
    )
    with st.container(horizontal=True, gap="xsmall"):
        what = "The figures above"
        downloads.button("CSV", lambda: downloads.csv(table), "gap.csv", what)
        bins = "A row a bin: density of the cosines of pairs and of others, before and after"
        downloads.button("Histograms", lambda: downloads.csv(densities(found)), "gap-histograms.csv", bins)


def densities(found: GapRun) -> pd.DataFrame:
    """A row a bin of cosines: its ends, and the density of each kind in each space."""
    columns = {
        f"{name}_{kind}": found.density(counts)
        for name, space in (("before", found.before), ("after", found.after))
        for kind, counts in (("pairs", space.pairs), ("others", space.others))
    }
    return pd.DataFrame({"low": found.edges[:-1], "high": found.edges[1:], **columns})


def histograms(found: GapRun) -> "Figure":
    """Pairs against others, as it is above, centred below."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once
    from plotly.subplots import make_subplots

    edges, spaces = found.edges, ((found.before, found.figures.before), (found.after, found.figures.after))
    middle = ((edges[1:] + edges[:-1]) / 2).tolist()
    chart = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.12, subplot_titles=SPACES)
    for row, (space, told) in enumerate(spaces, 1):
        others = ("other captions", OKABE_ITO[1], space.others, told.other_cosine)
        for name, colour, counts, mean in (others, ("own caption", OKABE_ITO[0], space.pairs, told.pair_cosine)):
            heights = found.density(counts).tolist()
            look = {"x": middle, "y": heights, "name": name, "mode": "lines", "legendgroup": name}
            look |= {"line": {"color": colour, "width": 2, "shape": "hvh"}, "fill": "tozeroy", "showlegend": row == 1}
            said = "cosine %{x:.3f}: density %{y:.2f}<extra></extra>"
            chart.add_trace(go.Scatter(**look, hovertemplate=said), row=row, col=1)
            chart.add_vline(mean, line={"color": colour, "dash": "dash", "width": 1.5}, row=row, col=1)
    seen = np.flatnonzero(sum(space.pairs + space.others for space, _ in spaces))
    chart.update_xaxes(range=[float(edges[seen[0]]), float(edges[seen[-1] + 1])])
    chart.update_xaxes(title="cosine of an image and a caption", row=2, col=1)
    legend = {"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0}
    return chart.update_layout(height=340, margin={"t": 48, "r": 8, "b": 0, "l": 0}, legend=legend, dragmode=False)


def _map(workspace: Workspace, card: RunCard) -> None:
    """As it is on the left, centred on the right, in the same units."""
    drawn = gap_found.drawn(workspace, card)
    st.markdown("**Before and after on one map**: left as the model has them, right centred")
    with st.container(key="gap-map"):
        picked = scatter(maps.with_thumbnails(workspace, drawn.points), key="gap-points")
    st.caption(
        "Across: the gap's own direction; up: the direction of most variance at right angles to it. Both halves in the "
        "same units, all pairs drawn; not a t-SNE, so that distances can be compared. Click a point to see its item."
    )
    coloured.follow(workspace, drawn.ids, picked, "gap-points")


def _changes(workspace: Workspace, found: GapRun) -> None:
    """The pairs that centring breaks and wins."""
    with st.container(key="gap-changes-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("What centring does to top-1", anchor=False, width="content")
        draft = kept("gap-way", "i2t", WAYS)
        way = st.segmented_control(
            "Direction", list(WAYS), required=True, format_func=WAYS.__getitem__, label_visibility="collapsed", **draft
        )
    changed = gap_found.changed(found, way)
    with st.container(key="gap-changes", horizontal=True, gap="medium"):
        for name, rows in (("Broken", changed[changed["before"] == 1]), ("Won", changed[changed["after"] == 1])):
            with st.container(key=f"gap-{name.lower()}"):
                _side(workspace, name, rows)
    st.caption("The figures on a picture: the place of the own partner among all different captions, before → after.")


def _side(workspace: Workspace, name: str, rows: pd.DataFrame) -> None:
    ids = rows["id"].tolist()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        first = f", the {SHOWN} that moved farthest" if len(ids) > SHOWN else ""
        st.markdown(f"**{name}**: {formats.counted(len(ids), 'pair')}{first}", width="stretch")
        if ids:
            pictured.to_the_map(workspace, f"{name} by centring", ids, f"gap-map-{name}")
    notes = {row.id: f"{row.before:,} → {row.after:,}" for row in rows[:SHOWN].itertuples()}
    pictured.shown(workspace, ids[:SHOWN], f"gap-gallery-{name}", notes, side=78)


def _centred(workspace: Workspace, found: GapRun) -> None:
    """The centred embeddings as a model of the workspace."""
    made = [
        each for each in workspace.runs(ReducerRun.KIND) if each.method == "centred" and each.model == found.card.model
    ]
    name = ReducerRun.figures_of(made[-1]).derived or "" if made else ""
    there = name in store.models(workspace)
    with st.container(key="gap-centred", horizontal=True, vertical_alignment="center", gap="small"):
        if there:
            st.markdown(f"Centred, every page can choose **{escaped(store.model_title(workspace, name))}**.")
            if st.button("Delete it", key="drop-centred", icon=":material/delete:", type="tertiary"):
                derived_embeddings.ask(workspace, name)
            return
        help = "Writes the centred embeddings as a model that every page can choose; the others stay"
        if st.button("Use the centred space", key="use-centred", icon=":material/center_focus_strong:", help=help):
            arguments = {"model": found.card.model, "centre": True, "tag": found.figures.tag}
            arguments["exclude"] = found.figures.exclude
            progress.start(workspace, COMMAND, arguments, f"Centre {store.model_title(workspace, found.card.model)}")
            st.rerun()
