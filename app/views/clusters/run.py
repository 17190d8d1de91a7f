"""One run: the map in its colours, its clusters with a gallery of each, how it went, and what to do with it."""

import streamlit as st

from app.comparison.menus import switch
from app.comparison.source import space_name
from app.kit import formats, store
from app.kit.items import Items
from app.kit.messages import escaped, plainly
from app.views.clusters import actions, clusters, coloured, history, runs
from app.views.clusters.leaderboard import shown
from app.views.clusters.runs import Entry
from core.runs.clustering import ClusteringRun, figure
from core.workspace import RunCard, Workspace


def show(workspace: Workspace, items: Items, entry: Entry) -> None:
    """A line of the leaderboard, one of its seeds at a time."""
    with st.container(key="run-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(escaped(entry.title), anchor=False, width="content")
        found = runs.read(workspace, _seed(entry))
    st.caption(facts(entry, found, store.model_title(workspace, found.card.model)))
    actions.show(workspace, items, entry, found)
    with st.container(key="clusters-stage", horizontal=True, gap="medium"):
        place = st.container(key="clusters-map-side")
        with st.container(key="clusters-table", width=520):
            chosen, cluster = clusters.choose(workspace, items, found)
        with place, plainly():
            coloured.show(workspace, found, chosen)
    with st.container(key="clusters-gallery"), plainly():
        clusters.show(workspace, found, cluster)
    history.show(found.history)


def facts(entry: Entry, found: ClusteringRun, model: str) -> str:
    """`9,170 items · K 10 · AMI 0.842 · … · 1.2 s · pocket, images`."""
    card = found.card
    figures = ((each.title, figure(card, each.name)) for each in shown([entry]) if each.name != "seconds")
    parts = [f"{title} {_plain(title, value)}" for title, value in figures if value is not None]
    stopped = ["stopped before the end"] if found.figures.partial else []
    place = f"{space_name(card.space).lower()}, {escaped(model)}"
    head = [formats.counted(card.items, "item"), place, formats.duration(card.seconds)]
    return " · ".join([*head, *stopped, *parts])


def _plain(title: str, value: float) -> str:
    if title == "Found K":
        return f"{value:,.0f}"
    return formats.percent(value) if title == "Noise" else formats.figure(value)


def _seed(entry: Entry) -> RunCard:
    known = {card.seed: card for card in entry.cards}
    if len(known) == 1:
        return entry.cards[0]
    titles = {seed: f"Seed {seed}" for seed in known}
    return known[switch("Seed", titles, f"run-seed-{entry.cards[0].id}", min(known))]
