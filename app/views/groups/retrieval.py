"""Does an embedding stand for its group? Halves of groups that were never seen, one searched with the other."""

from collections.abc import Sequence

import streamlit as st

from app.comparison.chart import clickable
from app.comparison.menus import switch
from app.comparison.point import Point
from app.kit import formats
from app.views.groups import answer, curves, searched, table
from app.views.groups.styles import CONFIG
from core.runs.groups import GroupsRun
from core.workspace import Workspace

KEY = "groups-curve"
POINT = Point("groups-line", "groups-size")
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
            clickable(curves.found(every, measure, chosen), f"{KEY}-found", POINT.clicked, alt, CONFIG)
        with st.container(key="groups-less"):
            st.markdown("**The same, less the plain mean**", help=LESS)
            if any(each.figures.against_mean for each in every):
                less = curves.less_mean(every, measure, chosen)
                clickable(less, f"{KEY}-less", POINT.clicked, "Each method less the plain mean", CONFIG)
            else:
                st.caption("Only the mean is there yet: other methods appear here as they are done.")
    table.show(every, measure, POINT.choose)
    st.caption(basis(every[0]))
    searched.show(workspace, every, *chosen)


def now(every: Sequence[GroupsRun]) -> tuple[str, int]:
    """Run and size on screen: what was chosen, else the method with the highest mAP at a small size."""
    run, size = POINT.now(every, lambda: best(every), lambda each: each.sizes_asked, _size)
    return run.card.id, size


def on_screen(every: Sequence[GroupsRun]) -> GroupsRun:
    """The run of `now`."""
    line, _ = now(every)
    return next(each for each in every if each.card.id == line)


def _size(each: GroupsRun) -> int:
    """The one that was looked at before, else a small one."""
    wanted = (st.session_state.get(POINT.number), DEFAULT_SIZE)
    return next((size for size in wanted if size in each.sizes_asked), each.sizes_asked[-1])


def best(every: Sequence[GroupsRun]) -> GroupsRun:
    """The highest mAP at groups of four, or at the largest size where nothing reaches that."""

    def merit(each: GroupsRun) -> float:
        row = each.sizes_asked.index(DEFAULT_SIZE) if DEFAULT_SIZE in each.sizes_asked else -1
        return float(each.mean_and_sd("map")[0][row])

    return max(every, key=merit)


def basis(each: GroupsRun) -> str:
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


def measure() -> str:
    """What counts, as the person chooses it."""
    help = "Top-1: the nearest is of the same group. mAP: how near the front all of the same group come"
    return switch("Measure", answer.MEASURES, "groups-measure", "map", help)
