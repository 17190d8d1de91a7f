"""The tab "Modality gap": how images and captions lie to each other, and what centring each of them does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app.comparison.source import pairs
from app.kit import derived_embeddings, downloads, formats, pictured, progress, records, store
from app.kit.charts import OKABE_ITO
from app.kit.forms import switch
from app.kit.messages import escaped, plainly
from app.kit.publish import fingerprint
from app.scatter import CAPTION, IMAGE, Points, maps, scatter
from app.views.semantics import results, source
from core.errors import MissingData
from core.results import Floats, Strings, places
from core.runs.gap import GapFigures, GapRun, SpaceFigures
from core.runs.reducer import ReducerRun
from core.workspace import RunCard, Workspace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COMMAND, TAB = "gap", "gap"
SPACES = ("As it is", "Centred")
SHOWN = 12
WAYS = {"i2t": "Image → text", "t2i": "Text → image"}
BESIDE = 1.12
"""Widths from the one space to the other on the map."""
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
    FORM.place(workspace, cards)
    card = results.chosen(workspace, TAB, cards, lambda card: title(workspace, card))
    if card is None:
        return
    found = records.read(workspace, GapRun, card)
    st.markdown(described(workspace, found))
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


def _form(workspace: Workspace) -> None:
    with st.container(key="gap-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, TAB, choice=False)
        if st.button("Measure", key="start-gap", type="primary", icon=":material/play_arrow:"):
            name = store.model_title(workspace, given.model)
            arguments = {"model": given.model, "tag": given.tag, "exclude": given.exclude}
            progress.start(workspace, COMMAND, arguments, f"Modality gap of {name}")
            st.rerun()


FIRST = "Press Measure: how far images lie from captions, and whether centring each brings them together."
FORM = results.Form(COMMAND, "New measurement", _form, FIRST)


def title(workspace: Workspace, card: RunCard) -> str:
    """`pocket: gap 0.216`"""
    return f"{store.model_title(workspace, card.model)}: gap {formats.figure(GapRun.figures_of(card).before.size)}"


def described(workspace: Workspace, found: GapRun) -> str:
    """What was measured of which pairs."""
    before, after = found.figures.before, found.figures.after
    of = source.described(workspace, found.card, found.figures)
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


def _table(found: GapRun) -> None:
    table, columns = figures(found.figures), st.column_config
    widths = {"Figure": columns.TextColumn(width=220)}
    widths |= {name: columns.NumberColumn(format="%.4f", width=110) for name in SPACES}
    st.markdown("**As it is, and centred**", help="  \n".join(f"{name}: {what}." for name, what in MEANING.items()))
    st.dataframe(table, key="gap-figures", hide_index=True, row_height=34, column_config=widths)
    with st.container(horizontal=True, gap="xsmall"):
        downloads.button("CSV", lambda: downloads.csv(table), "gap.csv", "The figures above")
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
    for row, (space, figures) in enumerate(spaces, 1):
        others = ("other captions", OKABE_ITO[1], space.others, figures.other_cosine)
        for name, colour, counts, mean in (others, ("own caption", OKABE_ITO[0], space.pairs, figures.pair_cosine)):
            look: dict[str, Any] = {"name": name, "mode": "lines", "legendgroup": name, "showlegend": row == 1}
            look |= {"line": {"color": colour, "width": 2, "shape": "hvh"}, "fill": "tozeroy"}
            look |= {"hovertemplate": "cosine %{x:.3f}: density %{y:.2f}<extra></extra>"}
            chart.add_trace(go.Scatter(x=middle, y=found.density(counts).tolist(), **look), row=row, col=1)
            chart.add_vline(mean, line={"color": colour, "dash": "dash", "width": 1.5}, row=row, col=1)
    seen = np.flatnonzero(sum(space.pairs + space.others for space, _ in spaces))
    chart.update_xaxes(range=[float(edges[seen[0]]), float(edges[seen[-1] + 1])])
    chart.update_xaxes(title="cosine of an image and a caption", row=2, col=1)
    legend = {"orientation": "h", "y": 1.12, "yanchor": "bottom", "x": 0}
    return chart.update_layout(height=340, margin={"t": 48, "r": 8, "b": 0, "l": 0}, legend=legend, dragmode=False)


def changed(found: GapRun, way: str) -> pd.DataFrame:
    """Pairs whose match centring makes wrong or right: `id`, `before`, `after`, ranks from 1; farthest first.

    An image is there once; of an item's captions, the one that moves farthest.
    """
    before, after = (each.ranks(way).astype(np.int64) + 1 for each in (found.before, found.after))
    every = pd.DataFrame({"id": found.ids[found.matched], "before": before, "after": after})
    frame = every[(before == 1) != (after == 1)]
    farthest = (frame["after"] - frame["before"]).abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[farthest].drop_duplicates("id")


def _map(workspace: Workspace, card: RunCard) -> None:
    """As it is on the left, centred on the right, in the same units."""
    both = drawn(workspace, card)
    st.markdown("**Before and after on one map**: left as the model has them, right centred")
    with st.container(key="gap-map"):
        picked = scatter(maps.with_thumbnails(workspace, both.points), key="gap-points")
    st.caption(
        "Across: the gap's own direction; up: the direction of most variance at right angles to it. Both halves in the "
        "same units, all pairs drawn; not a t-SNE, so that distances can be compared. Click a point to see its item."
    )
    results.look_at_clicked(workspace, both.ids, picked, "gap-points")


def _changes(workspace: Workspace, found: GapRun) -> None:
    """The pairs that centring breaks and wins."""
    with st.container(key="gap-changes-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("What centring does to top-1", anchor=False, width="content")
        way = switch("Direction", WAYS, "gap-way")
    every = changed(found, way)
    with st.container(key="gap-changes", horizontal=True, gap="medium"):
        for name, rows in (("Broken", every[every["before"] == 1]), ("Won", every[every["after"] == 1])):
            first = f", the {SHOWN} that moved farthest" if len(rows) > SHOWN else ""
            heading = f"**{name}**: {formats.counted(len(rows), 'pair')}{first}"
            notes = {row.id: f"{row.before:,} → {row.after:,}" for row in rows.itertuples()}
            with st.container(key=f"gap-{name.lower()}"):
                key, title = f"gap-gallery-{name}", f"{name} by centring"
                pictured.headed(workspace, heading, list(notes), key, notes, title, SHOWN, side=78)
    st.caption("The figures on a picture: the place of the own partner among all different captions, before → after.")


def _centred(workspace: Workspace, found: GapRun) -> None:
    """The centred embeddings as a model of the workspace."""
    cards = [each for each in workspace.runs(ReducerRun.KIND) if each.method == "centred"]
    made = [ReducerRun.figures_of(each).derived or "" for each in cards if each.model == found.card.model]
    with st.container(key="gap-centred", horizontal=True, vertical_alignment="center", gap="small"):
        if made and made[-1] in store.models(workspace):
            st.markdown(f"Centred, every page can choose **{escaped(store.model_title(workspace, made[-1]))}**.")
            if st.button("Delete it", key="drop-centred", icon=":material/delete:", type="tertiary"):
                derived_embeddings.ask(workspace, made[-1])
            return
        help = "Writes the centred embeddings as a model that every page can choose; the others stay"
        if st.button("Use the centred space", key="use-centred", icon=":material/center_focus_strong:", help=help):
            which = {"tag": found.figures.tag, "exclude": found.figures.exclude}
            arguments = {"model": found.card.model, "centre": True, **which}
            progress.start(workspace, COMMAND, arguments, f"Centre {store.model_title(workspace, found.card.model)}")
            st.rerun()


@dataclass(frozen=True, eq=False)
class Drawn:
    """points: images and captions as they are on the left, centred on the right. ids: (4 N,), the item of each."""

    points: Points
    ids: Strings


def drawn(workspace: Workspace, card: RunCard) -> Drawn:
    """Both spaces in the same units on the plane of the gap and the direction of most variance across it."""
    return _drawn(workspace.path, workspace.version, card.id)


def on_plane(image: Floats, text: Floats, found: GapRun) -> Floats:
    """Of N images and captions (N, D) on the plane, as they are and centred: (4, N, 2)."""
    centred = [_unit(image - found.image_mean), _unit(text - found.text_mean)]
    return np.stack([x @ found.plane.T for x in (image, text, *centred)])


@st.cache_resource(show_spinner="Reading the embeddings …", max_entries=2)
def _drawn(path: str, version: int, run: str) -> Drawn:
    workspace = store.opened(path)
    found = GapRun.load(workspace, run)
    ids, items = found.ids, store.items(workspace)
    image, text = (_rows(workspace, found.card.model, *side) for side in (("image", ids), ("text", found.caption_ids)))
    xy = on_plane(image, text, found)
    width = float(np.ptp(xy[..., 0]))
    xy[2:, :, 0] += BESIDE * width + (xy[:2, :, 0].mean() - xy[2:, :, 0].mean())
    item = np.tile(items.frame.index.get_indexer(ids).astype(np.int32), 4)
    kind = np.tile(np.repeat(np.array([IMAGE, CAPTION], np.uint8), len(ids)), 2)
    flat = xy.reshape(-1, 2).astype(np.float32)
    key = fingerprint(flat.tobytes(), item.tobytes(), "\n".join(items.lines))
    return Drawn(Points(key, flat, item, kind, items.lines), np.tile(ids, 4))


def _rows(workspace: Workspace, model: str, modality: str, ids: Sequence[str] | Strings) -> Floats:
    found = workspace.every_embedding(model, modality)
    rows = places(ids, found.ids)
    if gone := int((rows < 0).sum()):
        raise MissingData(f"{gone:,} of the pairs are no longer embedded by {model}: measure the gap again")
    return found.vectors[rows]


def _unit(x: Floats) -> Floats:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
