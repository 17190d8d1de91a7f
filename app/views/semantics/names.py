"""The tab "Names": what each group is about, in words that captions or a person's list hold."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import downloads, formats, names, pictured, progress
from app.kit.messages import escaped, plainly
from app.kit.names import KIND, Named
from app.views.semantics import names_form, results
from app.views.semantics.names_form import TAB
from app.views.semantics.vectors import arrays
from core.workspace import RunCard, Workspace
from core.workspace.columns import safe_name

SHOWN = 36
TALL, FITTING = 460, 12
ORDERS = {"both": "words and CLIP's text", "words": "words alone", "clip": "CLIP's text alone"}
FIRST = "Press Name them: each group gets the phrases that its captions have and the others' lack."


def show(workspace: Workspace) -> None:
    """The form, the names on screen as a table, and the group that was clicked with its pictures."""
    cards = workspace.runs(KIND)
    with progress.expander(workspace, names.COMMAND, "New names", "new-names", first=not cards):
        names_form.show(workspace)
    progress.line(workspace, names.COMMAND, "" if cards else FIRST)
    card = results.chosen(workspace, TAB, cards, lambda card: title(workspace, card))
    if card is None:
        return
    found = names.read(workspace, card)
    with plainly():
        _head(workspace, card, found)
        place = _table(card, found)
        _group(workspace, card, found, place)


def title(workspace: Workspace, card: RunCard) -> str:
    """`10 of K-means, K = 10, seed 0 · … , from captions`"""
    by = names_form.title(workspace, str(card.metrics["by"]))
    return f"{card.metrics['named']} of {by}, from {card.metrics['from']}"


def table(found: list[Named]) -> pd.DataFrame:
    """A row a group: group, items, name, phrases, the nearest caption."""
    rows = [
        {
            "group": each.group,
            "items": each.items,
            "name": each.name or "–",
            "phrases": ", ".join(phrase["phrase"] for phrase in each.phrases),
            "nearest caption": each.captions[0]["caption"] if each.captions else "",
        }
        for each in found
    ]
    return pd.DataFrame(rows)


def members(workspace: Workspace, card: RunCard, place: int) -> list[str]:
    """The ids of a group's items; place: in the table."""
    held = arrays(workspace, card)
    group: NDArray[np.int64] = held["group"]
    titles = [each.group for each in names.read(workspace, card)]
    number = sorted(titles).index(titles[place])
    return held["ids"][group == number].tolist()


def _head(workspace: Workspace, card: RunCard, found: list[Named]) -> None:
    with st.container(key="names-head", horizontal=True, vertical_alignment="center", gap="small"):
        order = ORDERS.get(str(card.params.get("rank")), "")
        st.caption(
            f"{formats.counted(len(found), 'group')} of {formats.counted(card.items, 'item')}, words from "
            f"{escaped(str(card.metrics['from']))}, by {escaped(card.title)}, in the order of {order}.",
            help=_HELP,
            width="stretch",
        )
        column = safe_name(f"{names.COLUMN} {names_form.title(workspace, str(card.metrics['by'])).partition(' · ')[0]}")
        known = {id: each.name or each.group for n, each in enumerate(found) for id in members(workspace, card, n)}
        help = f"Writes each item's name as the column “{column}”, by which the map is coloured"
        pictured.by_column(workspace, column, known, "names-colour", help)
        downloads.button("CSV", lambda: downloads.csv(table(found)), "names.csv", "A row a group")


_HELP = (
    "Words: the log-odds ratio of having a phrase, with a prior from all captions, over its standard deviation "
    "(Monroe, Colaresi and Quinn, 2008). CLIP's text: the cosine of a phrase with the mean of the group's images less "
    "that of the others. Both: reciprocal rank fusion of the two orders (Cormack et al., 2009)."
)


def _table(card: RunCard, found: list[Named]) -> int:
    """The place of the group to show: the clicked one, else the largest."""
    frame = table(found)
    event = st.dataframe(
        frame,
        key=f"names-{card.id}",
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
    return clicked[0] if clicked else int(frame["items"].to_numpy().argmax())


def _group(workspace: Workspace, card: RunCard, found: list[Named], place: int) -> None:
    """Why the group has its name, and pictures of it."""
    chosen = found[place]
    ids = members(workspace, card, place)
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
    pictured.shown(workspace, some, f"names-gallery-{card.id}-{place}")
    if len(some) < len(ids):
        st.caption(f"{len(some)} of {formats.counted(len(ids), 'item')}, evenly taken from all of them.")


def spread(ids: list[str], count: int) -> list[str]:
    """So many of them, evenly spaced in their order."""
    places = np.round(np.linspace(0, len(ids) - 1, min(count, len(ids)))).astype(int)
    return [ids[place] for place in places]


def _phrases(card: RunCard, chosen: Named) -> None:
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


def _captions(chosen: Named) -> None:
    with st.container(key="names-captions"):
        st.markdown("**Nearest captions**", help="Of the group's own, those most like its images and unlike the others")
        for each in chosen.captions:
            st.markdown(f"{escaped(each['caption'])} :gray[{each['cosine']:.3f}]")
