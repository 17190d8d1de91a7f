"""Does an embedding stand for its group? Halves of groups that were never seen, one searched with the other."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.kit import charts, formats
from app.views.groups import answer, curves, searched, table
from app.views.groups.styles import CONFIG
from core.runs.groups import GroupsRun
from core.workspace import Workspace

KEY = "groups-curve"
LINE, SIZE = "groups-line", "groups-size"
"""Where the session keeps the method and the size on screen."""
USUAL = "groups-usual"
"""The method that was chosen for the person, who may get a better one as methods are done."""
DEFAULT_SIZE = 4
TITLES = {
    "map": ("How near the front a group's other half comes", "mAP against the items in a group"),
    "top1": ("How often a group's other half comes first", "Top-1 against the items in a group"),
}
HOW = (
    "Half of the groups are learned from; only the others are asked about. Each of those is cut in two by chance; "
    "groups of n items from one half are searched among groups of n from the other halves of all of them, by Euclidean "
    "distance of their embeddings.\n\n"
    "**Top-1**: the nearest is of the same group.\n\n"
    r"**mAP**: the mean over queries of $\frac{1}{|R|}\sum_{r \in R} \frac{|\{r' \in R: r' \le r\}|}{r}$, with R the "
    "places of the right ones: 1 where all of them come first."
)

LESS = (
    "On the same groups, split by split. Line: 95 % interval of the mean difference; it lies off zero where chance "
    "would hardly do that. Grey ground: the sizes that the question above is about."
)


def show(workspace: Workspace, every: Sequence[GroupsRun], measure: str) -> None:
    """The answer in words, both figures, the table, and what single groups found; measure: "map" or "top1"."""
    answer.show(every)
    chosen = now(every)
    with st.container(key="groups-curves", horizontal=True, gap="medium"):
        with st.container(key="groups-found"):
            title, alt = TITLES[measure]
            st.markdown(f"**{title}**", help=HOW)
            _chart(f"{KEY}-found", curves.found(every, measure, chosen), alt)
        with st.container(key="groups-less"):
            st.markdown("**The same, less the plain mean**", help=LESS)
            if any(each.figures.against_mean for each in every):
                _chart(f"{KEY}-less", curves.less_mean(every, measure, chosen), "Each method less the plain mean")
            else:
                st.caption("Only the mean is there yet: other methods appear here as they are done.")
    table.show(every, measure, choose)
    st.caption(told(every[0]))
    searched.show(workspace, every, *chosen)


def now(every: Sequence[GroupsRun]) -> tuple[str, int]:
    """Run and size on screen: what was chosen, else the method with the highest mAP at a small size."""
    session, known = st.session_state, {each.card.id: each for each in every}
    if session.get(LINE) not in known or session[LINE] == session.get(USUAL):
        session[LINE] = session[USUAL] = best(every).card.id
    sizes = known[session[LINE]].sizes_asked
    if session.get(SIZE) not in sizes:
        session[SIZE] = DEFAULT_SIZE if DEFAULT_SIZE in sizes else sizes[-1]
    return session[LINE], session[SIZE]


def best(every: Sequence[GroupsRun]) -> GroupsRun:
    """The highest mAP at groups of four, or at the largest size where nothing reaches that."""

    def merit(each: GroupsRun) -> float:
        row = each.sizes_asked.index(DEFAULT_SIZE) if DEFAULT_SIZE in each.sizes_asked else -1
        return float(each.mean_and_sd("map")[0][row])

    return max(every, key=merit)


def choose(line: str, size: int) -> None:
    st.session_state[LINE], st.session_state[SIZE], st.session_state[USUAL] = line, size, None


def told(each: GroupsRun) -> str:
    """What the figures are of."""
    figures = each.figures
    asked = [f"{row.classes:,.0f} at {row.size:,}" for row in figures.asked]
    parts = [
        f"Each split learns from {figures.training:,} groups and asks about {figures.testing:,} "
        f"others; large enough are {', '.join(asked)} items."
    ]
    if figures.sizes_left_out:
        reach = ", ".join(f"{size:,}" for size in figures.sizes_left_out)
        parts.append(f"Too few groups have halves of {reach} items.")
    if alone := figures.groups_of_one:
        parts.append(f"{formats.counted(alone, 'group')} of one item took no part.")
    if nowhere := figures.without_group:
        parts.append(f"{formats.counted(nowhere, 'item')} without a group took no part.")
    return " ".join(parts)


def clicked(event: Mapping[str, Any]) -> None:
    """A click on a figure; one beside the points changes nothing."""
    if point := charts.clicked(event):
        choose(str(point[0]), int(point[1]))


def measure() -> str:
    """What counts, as the person chooses it."""
    return str(
        st.segmented_control(
            "Measure",
            list(answer.MEASURES),
            default="map",
            required=True,
            format_func=answer.MEASURES.__getitem__,
            key="groups-measure",
            label_visibility="collapsed",
            help="Top-1: the nearest is of the same group. mAP: how near the front all of the same group come",
        )
    )


def _chart(key: str, figure: Any, alt: str) -> None:
    st.plotly_chart(
        figure,
        key=key,
        on_select=lambda: clicked(st.session_state[key]),
        selection_mode="points",
        config=CONFIG,
        alt=alt,
    )
