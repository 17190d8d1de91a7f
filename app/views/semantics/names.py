"""The tab "Names": what each group is about, in words that captions or a person's list hold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app.kit import downloads, formats, names, pictured, progress
from app.kit.messages import escaped, plainly
from app.views.semantics import names_form, results
from app.views.semantics.names_form import TAB
from core.runs.names import NamedGroup, NamesRun
from core.workspace import RunCard, Workspace
from core.workspace.columns import safe_name

SHOWN = 36
TALL, FITTING = 460, 12
ORDERS = {"both": "words and CLIP's text", "words": "words alone", "clip": "CLIP's text alone"}
FIRST = "Press Name them: each group gets the phrases that its captions have and the others' lack."


def show(workspace: Workspace) -> None:
    """The form, the names on screen as a table, and the group that was clicked with its pictures."""
    cards = workspace.runs(NamesRun.KIND)
    with progress.expander(workspace, names.COMMAND, "New names", "new-names", first=not cards):
        names_form.show(workspace)
    progress.line(workspace, names.COMMAND, "" if cards else FIRST)
    card = results.chosen(workspace, TAB, cards, lambda card: title(workspace, card))
    if card is None:
        return
    found = names.read(workspace, card)
    with plainly():
        _head(workspace, found)
        _group(workspace, found, _table(found))


def title(workspace: Workspace, card: RunCard) -> str:
    """`10 of K-means, K = 10, seed 0 · … , from captions`"""
    found = NamesRun.figures_of(card)
    return f"{found.named} of {names_form.title(workspace, found.by)}, from {found.source}"


def table(groups: Sequence[NamedGroup]) -> pd.DataFrame:
    """A row a group: group, items, name, phrases, the nearest caption."""
    rows = [
        {
            "group": each.group,
            "items": each.items,
            "name": each.name or "–",
            "phrases": ", ".join(phrase.phrase for phrase in each.phrases),
            "nearest caption": each.captions[0].caption if each.captions else "",
        }
        for each in groups
    ]
    return pd.DataFrame(rows)


def _head(workspace: Workspace, found: NamesRun) -> None:
    card, figures = found.card, found.figures
    with st.container(key="names-head", horizontal=True, vertical_alignment="center", gap="small"):
        order = ORDERS.get(str(card.params.get("rank")), "")
        st.caption(
            f"{formats.counted(len(found.groups), 'group')} of {formats.counted(card.items, 'item')}, words from "
            f"{escaped(figures.source)}, by {escaped(card.title)}, in the order of {order}.",
            help=_HELP,
            width="stretch",
        )
        column = safe_name(f"{names.COLUMN} {names_form.title(workspace, figures.by).partition(' · ')[0]}")
        known = {id: each.name or each.group for each in found.groups for id in found.members(each)}
        help = f"Writes each item's name as the column “{column}”, by which the map is coloured"
        pictured.by_column(workspace, column, known, "names-colour", help)
        downloads.button("CSV", lambda: downloads.csv(table(found.groups)), "names.csv", "A row a group")


_HELP = (
    "Words: the log-odds ratio of having a phrase, with a prior from all captions, over its standard deviation "
    "(Monroe, Colaresi and Quinn, 2008). CLIP's text: the cosine of a phrase with the mean of the group's images less "
    "that of the others. Both: reciprocal rank fusion of the two orders (Cormack et al., 2009)."
)


def _table(found: NamesRun) -> NamedGroup:
    """The group to show: the clicked one, else the largest."""
    frame = table(found.groups)
    event = st.dataframe(
        frame,
        key=f"names-{found.card.id}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        height="content" if len(frame) <= FITTING else TALL,
        column_config={
            "group": st.column_config.TextColumn("Group", width=110),
            "items": st.column_config.NumberColumn("Items", format="localized", width=66),
            "name": st.column_config.TextColumn("Name", width=150),
            "phrases": st.column_config.TextColumn("Phrases", width=330),
            "nearest caption": st.column_config.TextColumn("Nearest caption", width=260),
        },
    )
    clicked = [row for row, _ in event["selection"]["cells"] if row < len(frame)]
    return found.groups[clicked[0]] if clicked else max(found.groups, key=lambda each: each.items)


def _group(workspace: Workspace, found: NamesRun, chosen: NamedGroup) -> None:
    """Why the group has its name, and pictures of it."""
    card, ids = found.card, found.members(chosen)
    with st.container(key="names-group", horizontal=True, vertical_alignment="center", gap="small"):
        name = f": {escaped(chosen.name)}" if chosen.name else ""
        st.subheader(f"{escaped(chosen.group.capitalize())}{name}", anchor=False, width="stretch")
        pictured.to_the_map(workspace, chosen.name or chosen.group, ids, "names-on-map")
    with st.container(key="names-why", horizontal=True, gap="medium"):
        if chosen.phrases:
            _phrases(card, chosen)
        if chosen.captions:
            _captions(chosen)
    some = spread(ids, SHOWN)
    pictured.shown(workspace, some, f"names-gallery-{card.id}-{chosen.number}")
    if len(some) < len(ids):
        st.caption(f"{len(some)} of {formats.counted(len(ids), 'item')}, evenly taken from all of them.")


def spread(ids: list[str], count: int) -> list[str]:
    """So many of them, evenly spaced in their order."""
    places = np.round(np.linspace(0, len(ids) - 1, min(count, len(ids)))).astype(int)
    return [ids[place] for place in places]


def _phrases(card: RunCard, chosen: NamedGroup) -> None:
    frame = pd.DataFrame(chosen.phrases)
    for share in ("share", "others"):
        frame[share] = 100 * frame[share].astype(float)
    known = [name for name in ("phrase", "share", "others", "weight", "cosine") if frame[name].notna().any()]
    number = st.column_config.NumberColumn
    with st.container(key="names-phrases"):
        st.dataframe(
            frame[known],
            key=f"phrases-{card.id}-{chosen.group}",
            hide_index=True,
            column_config={
                "phrase": st.column_config.TextColumn("Phrase", width=150),
                "share": number("Here", format="%.1f %%", width=76, help="Captions of the group that have it"),
                "others": number("Elsewhere", format="%.1f %%", width=84, help="Captions of all others that have it"),
                "weight": number("By words", format="%.2f", width=80, help=card.title),
                "cosine": number("By CLIP", format="%.3f", width=76, help="Cosine with mean of the group less others'"),
            },
        )


def _captions(chosen: NamedGroup) -> None:
    with st.container(key="names-captions"):
        st.markdown("**Nearest captions**", help="Of the group's own, those most like its images and unlike the others")
        for each in chosen.captions:
            st.markdown(f"{escaped(each.caption)} :gray[{each.cosine:.3f}]")
