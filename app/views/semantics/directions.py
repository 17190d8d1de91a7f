"""The tab "Directions": from one meaning to another, the items along the way, and the space without it."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import downloads, formats, pictured, records, store
from app.kit.charts import OKABE_ITO, words
from app.kit.forms import kept
from app.kit.gallery import gallery, pictures
from app.kit.items import MANY
from app.kit.messages import escaped, plainly
from app.kit.rerun_guard import dialog
from app.scatter import Colour, maps
from app.views.semantics import direction_form, examples, removed, results, source
from app.views.semantics.direction_form import FITS, TAB
from app.views.semantics.results import by_item
from core.results import Integers
from core.runs.direction import DirectionRun
from core.search import highest
from core.semantics.directions import along
from core.workspace import RunCard, Workspace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

STRIP, ENDS = 16, 6
BINS, BAR = 60, 60
GREY = "#8a8f98"
FIRST = "Press Find the direction, or ask one of those above: every item gets its place along it."
FORM = results.Form(direction_form.COMMAND, "New direction", direction_form.show, FIRST)


def show(workspace: Workspace) -> None:
    """The form, the direction on screen, and what is left without it."""
    cards = workspace.runs(DirectionRun.KIND)
    FORM.place(workspace, cards)
    card = results.chosen(workspace, TAB, cards, title)
    if card is None:
        return
    found = records.read(workspace, DirectionRun, card)
    with plainly():
        _head(workspace, found)
        _strip(workspace, found)
        _stage(workspace, found)
        removed.show(workspace, found)


def title(card: RunCard) -> str:
    return formats.shortened(DirectionRun.figures_of(card).direction, 70)


def described(workspace: Workspace, found: DirectionRun) -> str:
    """`9,170 items, images, pocket. AUC 0.982 on held-out items, by the difference of the means.`"""
    auc = found.figures.auc
    kind = f", by {FITS[found.fit].lower()}" if found.fit in FITS else ""
    sure = f" AUC **{formats.figure(auc)}** on items held out of the fit{kind}." if auc is not None else ""
    return f"{source.described(workspace, found.card, found.figures)}.{sure}"


def table(workspace: Workspace, found: DirectionRun) -> pd.DataFrame:
    """A row an item, the farthest along first: id, projection, side where there is one, and what is known of it."""
    frame = pd.DataFrame({"id": found.ids, "projection": found.projection})
    if found.side is not None:
        frame["side"] = found.side
    return results.beside_items(workspace, frame).sort_values("projection", ascending=False, kind="stable")


def _head(workspace: Workspace, found: DirectionRun) -> None:
    with st.container(key="direction-head", horizontal=True, vertical_alignment="center", gap="small"):
        towards, away = found.sides
        st.subheader(f"From {escaped(away)} to {escaped(towards)}", anchor=False, width="stretch")
        name, values = (
            formats.shortened(found.figures.direction, 60),
            by_item(found.ids, found.projection.astype(float)),
        )
        pictured.by_column(workspace, name, "the projections", values, "direction-colour")
        what = "A row an item, the farthest along first"
        downloads.button("CSV", lambda: downloads.csv(table(workspace, found)), "direction.csv", what)
        downloads.button("Parquet", lambda: downloads.parquet(table(workspace, found)), "direction.parquet", what)
    st.caption(described(workspace, found), help=_HELP)


_HELP = (
    "Between prompts: the difference of their unit vectors. Between groups of items: the difference of their means, or "
    "the normal of what separates them. An item's place is its product with the unit direction. AUC: how often an item "
    "of one side lies farther along than one of the other, in folds that took no part; 0.5 by chance."
)


def _notes(found: DirectionRun, rows: Integers) -> dict[str, str]:
    """The place of each of these items along it."""
    places = by_item(found.ids[rows], found.projection[rows])
    return {id: f"{place:.2f}".replace("-", "−") for id, place in places.items()}


def _strip(workspace: Workspace, found: DirectionRun) -> None:
    among, title = _among(workspace, found)
    notes = _notes(found, spaced(found, STRIP, among))
    with st.container(key="direction-strip"):
        pictured.shown(workspace, list(notes), f"strip-{found.card.id}", notes, side=64, layout="strip")
    towards, away = found.sides
    st.caption(
        f"{len(notes)} items evenly spaced in the order of {title}: left {escaped(away)}, right {escaped(towards)}."
    )


def _among(workspace: Workspace, found: DirectionRun) -> tuple[NDArray[np.bool_], str]:
    """Which items the strip is of: (N,), and how many of what they are."""
    items = store.items(workspace)
    labels = items.values("label", found.ids).fillna("").to_numpy(str)
    known = [label for label in items.labels if (labels == label).any()]
    options = ["", *(known if 1 < len(known) <= MANY else [])]
    first = examples.among(workspace.name, found.figures.direction)
    with st.container(key="direction-among", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Along it**", width="content")
        draft = kept(f"{TAB}-among-{found.card.id}", first if first in options else "", options)
        label = st.selectbox(
            "Among",
            options,
            format_func=lambda label: label.replace("-", " ") if label else "All items",
            label_visibility="collapsed",
            width=source.WIDTH,
            help="The strip can be of the items with one label only",
            **draft,
        )
    members = labels == label if label else np.ones(len(labels), dtype=bool)
    count = formats.counted(int(members.sum()), "item")
    return members, f"the {count} labelled “{escaped(str(label))}”" if label else f"all {count}"


def spaced(found: DirectionRun, count: int, among: NDArray[np.bool_]) -> Integers:
    """Rows of some of the items (N,), evenly spaced in their order, from the lowest to the highest."""
    return np.flatnonzero(among)[along(found.projection[among], count)]


def _stage(workspace: Workspace, found: DirectionRun) -> None:
    """The two ends, the distribution, and the map in its colours."""
    with st.container(key="direction-stage", horizontal=True, gap="medium"):
        with st.container(key="direction-map", width="stretch"):
            drawn = maps.points_of_run(workspace, found.card)
            if drawn is None:
                st.caption(results.WITHOUT_MAP)
            else:
                values = drawn.values(found.ids, found.projection.astype(np.float64), np.nan)
                colour = Colour("along it", values=values)
                results.coloured_map(workspace, found.card, drawn, colour, "direction-map-points")
        with st.container(key="direction-ends", width=460):
            _histogram(workspace, found)
            for side, sign in zip(found.sides, (1, -1), strict=True):
                notes = _notes(found, highest(sign * found.projection, min(ENDS, len(found.ids))))
                heading = f"**Farthest to {escaped(formats.shortened(side))}**"
                pictured.headed(workspace, heading, list(notes), f"direction-end-{sign}", notes, side, side=62)


def _histogram(workspace: Workspace, found: DirectionRun) -> None:
    """A bar that is clicked shows its items."""
    key, alt = f"direction-histogram-{found.card.id}", "How many items lie where along the direction"
    look: dict[str, Any] = {"config": {"displayModeBar": False}, "alt": alt}
    event = st.plotly_chart(histogram(found), key=key, on_select="rerun", selection_mode="points", **look)
    bars = [int(point["point_index"]) for point in event["selection"]["points"]]
    touched, st.session_state[f"{key}-bar"] = st.session_state.get(f"{key}-bar"), bars[:1]
    if bars and bars[:1] != touched:
        _bar(workspace, found, bars[0])


@dialog("Items of a bar", width="large")
def _bar(workspace: Workspace, found: DirectionRun, bar: int) -> None:
    rows = within(found, bar)
    low, high = edges(found)[bar : bar + 2]
    first = f", the lowest {BAR} shown" if len(rows) > BAR else ""
    st.markdown(f"{formats.counted(len(rows), 'item')} from {low:.3f} to {high:.3f} along it{first}")
    ids = found.ids[rows].tolist()
    pictured.to_the_map(workspace, f"{low:.3f} to {high:.3f} along {found.figures.direction}", ids, "bar-map")
    items = store.items(workspace)
    gallery(pictures(ids[:BAR], items.captions, store.thumbnails(workspace, ids[:BAR])), "bar-gallery", side=72)


def edges(found: DirectionRun) -> NDArray[np.float64]:
    """Of the bars: (BINS + 1,)."""
    return np.linspace(float(found.projection.min()), float(found.projection.max()) + 1e-6, BINS + 1)


def within(found: DirectionRun, bar: int) -> Integers:
    """Rows of the items of a bar, the lowest first."""
    low, high = edges(found)[bar : bar + 2]
    rows = np.flatnonzero((found.projection >= low) & (found.projection < high))
    return rows[np.argsort(found.projection[rows], kind="stable")]


def histogram(found: DirectionRun) -> "Figure":
    """How many items lie where along it, each side in its colour."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    bins = edges(found)
    towards, away = found.sides
    groups = [("items", np.ones(len(found.ids), dtype=bool), OKABE_ITO[0])]
    if found.side is not None:
        groups = [(away, found.side < 0, OKABE_ITO[1]), (towards, found.side > 0, OKABE_ITO[0])]
        groups += [("neither", found.side == 0, GREY)] if (found.side == 0).any() else []
    drawn = go.Figure()
    for name, members, colour in groups:
        counts = np.histogram(found.projection[members], bins)[0]
        middle = ((bins[1:] + bins[:-1]) / 2).tolist()
        look = {
            "marker": {"color": colour, "opacity": 0.75},
            "hovertemplate": "%{y:,} items at %{x:.3f}<extra></extra>",
        }
        drawn.add_trace(go.Bar(x=middle, y=counts.tolist(), name=words(name, 30), **look))
    drawn.update_xaxes(title="along the direction")
    drawn.update_yaxes(title="items")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    margin = {"t": 8, "r": 8, "b": 0, "l": 0}
    layout: dict[str, Any] = {"barmode": "overlay", "bargap": 0.05, "dragmode": False, "clickmode": "event+select"}
    several = found.side is not None
    return drawn.update_layout(height=210, margin=margin, legend=legend, showlegend=several, **layout)
