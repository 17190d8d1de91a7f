"""What a person should know before believing a clustering, in plain words."""

from collections.abc import Iterator, Sequence
from math import sqrt

import streamlit as st

from app.comparison.source import FLAT
from app.kit import formats
from app.kit.messages import escaped
from app.views.clusters.runs import Entry
from core.inputs import MAP

MUCH_NOISE = 0.5
COLLAPSED = 0.95
"""Reconstruction loss, where guessing the mean would have 1, above which the code says next to nothing."""
FEW = 2


def show(found: Sequence[Entry]) -> None:
    """A line for each thing that looks wrong on the leaderboard."""
    if any(entry.cards[0].space.startswith(MAP) for entry in found):
        st.caption(f":orange[:material/warning:] {FLAT}")
    for entry in found:
        for line in cautions(entry):
            st.caption(f":orange[:material/warning:] **{escaped(entry.title)}**: {line}")


def cautions(entry: Entry) -> Iterator[str]:
    """One sentence a reason for doubt."""
    if entry.partial:
        seeds = formats.listed([str(card.seed) for card in entry.partial])
        yield f"seed {seeds} was stopped before the end; its clusters are those it had until then."
    yield from _number(entry)
    if any((each.reconstruction_loss or 0.0) > COLLAPSED for each in entry.each):
        yield "its auto-encoder collapsed: the code says next to nothing of the items. Give it more epochs."
    noise = entry.figures.get("noise", (0.0, 0.0))[0]
    if noise > MUCH_NOISE:
        yield (
            f"{formats.percent(noise)} of the items are in no cluster, so the other figures speak of the rest or count "
            "them as one group. Ask for smaller or less dense clusters, or use a method that places every item."
        )


def _number(entry: Entry) -> Iterator[str]:
    """About a number of clusters that the method chose itself; nobody is warned of a K they asked for."""
    if "k" in entry.cards[0].params or "k" not in entry.figures:
        return
    k = entry.figures["k"][0]
    if k <= FEW:
        found = formats.counted(round(k), "cluster") if k >= 1 else "no cluster"
        yield f"it found {found}: it stayed where it began, or sees no groups here. Do not read this as the number."
    elif k > sqrt(entry.items):
        yield (
            f"{formats.counted(round(k), 'cluster')} of {formats.counted(entry.items, 'item')} are more than there is "
            f"reason for (above {sqrt(entry.items):.0f}, the square root): groups are probably cut into pieces."
        )
