"""The tab "Names": what each group is about, in words that captions or a person's list hold."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app.comparison import selector
from app.kit import downloads, formats, forms, names, pictured, progress, store
from app.kit.forms import choice, kept
from app.kit.items import MANY
from app.kit.messages import escaped, plainly
from app.views.semantics import prompts, results, source
from core.inputs import RUN
from core.methods import discover
from core.runs.clustering import ClusteringRun
from core.runs.names import NamedGroup, NamesRun
from core.workspace import RunCard, Workspace

TAB = "names"
SHOWN = 36
FROM = {"captions": "Captions", "prompts": "Words of mine", "values": "Values of a column"}
RANKS = {"both": "Words and CLIP's text", "words": "Words alone", "clip": "CLIP's text alone"}
ORDERS = {"both": "words and CLIP's text", "words": "words alone", "clip": "CLIP's text alone"}
ABOUT = {
    "captions": "Phrases that a group's captions have and the others' lack, word for word.",
    "prompts": "Each group gets those of your words that its images are more like than the others' images.",
    "values": "Each group gets those values that its images are more like than the others' images.",
}


def show(workspace: Workspace) -> None:
    """The form, the names on screen as a table, and the group that was clicked with its pictures."""
    cards = workspace.runs(NamesRun.KIND)
    FORM.place(workspace, cards)
    card = results.chosen(workspace, TAB, cards, lambda card: title(workspace, card))
    if card is None:
        return
    found = names.read(workspace, card)
    with plainly():
        _head(workspace, found)
        _group(workspace, found, _table(found))


def _form(workspace: Workspace) -> None:
    """Of which groups, and from which words."""
    groupings = groups(workspace)
    if not groupings:
        st.caption("There are no groups to name yet: compare methods on the Clusters page, or bring labels.")
        return
    with st.container(key="names-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        help = "Clusters of a comparison, the newest first, or items with the same value of a column"
        by = choice("Groups", groupings, _key(workspace, "by"), help, 360)
        captioned = bool(store.items(workspace).frame["caption"].ne("").any())
        options = [each for each in FROM if captioned or each != "captions"]
        draft = kept(_key(workspace, "from"), options[0], options)
        words = str(st.segmented_control("Words from", options, required=True, format_func=FROM.__getitem__, **draft))
    how = {"captions": _ways, "prompts": _typed, "values": _column}[words](workspace)
    if forms.start("Name them", "start-names", how is not None, ABOUT[words]) and how is not None:
        progress.start(workspace, names.COMMAND, {"by": by, **how}, f"Names of {groupings[by]}")
        st.rerun()


FIRST = "Press Name them: each group gets the phrases that its captions have and the others' lack."
FORM = results.Form(names.COMMAND, "New names", _form, FIRST)


def groups(workspace: Workspace) -> dict[str, str]:
    """What can be named and how a person reads it: clusterings, the newest first, then columns with few values."""
    runs = {RUN + card.id: clustering(card) for card in reversed(workspace.runs(ClusteringRun.KIND))}
    return runs | {name: f"column “{title}”" for name, title in source.readable(columns(workspace)).items()}


def clustering(card: RunCard) -> str:
    """`K-means, K = 10, seed 0 · 11-22 21:40 UTC`"""
    return f"{selector.title(card, 'core.clustering', ('seed',))}, seed {card.seed} · {results.at(card)}"


def columns(workspace: Workspace) -> list[str]:
    """Those with several values, but few enough to be groups."""
    items = store.items(workspace)
    counts = {name: items.frame[name].replace("", None).nunique() for name in items.grouping}
    return [name for name, count in counts.items() if 1 < count <= MANY]


def _typed(workspace: Workspace) -> Mapping[str, Any] | None:
    """Words of a person's own as the command's arguments; None where something lacks, as below."""
    draft = kept(_key(workspace, "text"), "")
    text = st.text_area("Words, one name a line", height=140, placeholder="clothes\nshoes\nbags", **draft)
    typed = prompts.Words.of(text, "")
    if typed.prompts is None:
        st.caption(f":orange[:material/warning:] {escaped(typed.refusal or '')}")
        return None
    return {"prompts": list(typed.prompts.texts)}


def _column(workspace: Workspace) -> Mapping[str, Any] | None:
    known = columns(workspace)
    if not known:
        st.caption("No column has a few values to choose names from.")
        return None
    return {"values": choice("Column", known, _key(workspace, "values"))}


def _ways(workspace: Workspace) -> Mapping[str, Any] | None:
    methods = discover("core.naming")
    titles = {name: methods[name].title for name in sorted(methods, key=lambda name: name != "log-odds")}
    with st.container(key="names-ways", horizontal=True, vertical_alignment="bottom", gap="small"):
        help = "How much more often a group's captions have a phrase: Monroe et al., 2008, or Grootendorst, 2022"
        method = choice("Weighed by", titles, _key(workspace, "method"), help, 260)
        help = "CLIP's text: how much more a phrase is like the group's images than like the others"
        rank = choice("In the order of", RANKS, _key(workspace, "rank"), help, 260)
    return {"method": method, "rank": rank}


def title(workspace: Workspace, card: RunCard) -> str:
    """`10 of K-means, K = 10, seed 0 · … , from captions`"""
    found = NamesRun.figures_of(card)
    return f"{found.named} of {grouping(workspace, found.by)}, from {found.source}"


def grouping(workspace: Workspace, by: str) -> str:
    """How groups that were named are called; a clustering may be gone since."""
    return groups(workspace).get(by, "a deleted clustering" if by.startswith(RUN) else f"column “{by}”")


def table(groups: Sequence[NamedGroup]) -> pd.DataFrame:
    """A row a group: group, items, name, phrases, the nearest caption."""
    return pd.DataFrame([each.row() for each in groups]).fillna({"name": "–", "nearest caption": ""})


def _head(workspace: Workspace, found: NamesRun) -> None:
    card, figures = found.card, found.figures
    with st.container(key="names-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"{formats.counted(len(found.groups), 'group')} of {formats.counted(card.items, 'item')}, words from "
            f"{escaped(figures.source)}, by {escaped(card.title)}, in the order of {ORDERS.get(found.rank, '')}.",
            help=_HELP,
            width="stretch",
        )
        column = f"{names.COLUMN} {grouping(workspace, figures.by).partition(' · ')[0]}"
        known = {id: each.name or each.group for each in found.groups for id in found.members(each)}
        pictured.by_column(workspace, column, "each item's name", known, "names-colour")
        downloads.button("CSV", lambda: downloads.csv(table(found.groups)), "names.csv", "A row a group")


_HELP = (
    "Words: the log-odds ratio of having a phrase, with a prior from all captions, over its standard deviation "
    "(Monroe, Colaresi and Quinn, 2008). CLIP's text: the cosine of a phrase with the mean of the group's images less "
    "that of the others. Both: reciprocal rank fusion of the two orders (Cormack et al., 2009)."
)


def _table(found: NamesRun) -> NamedGroup:
    """The group to show: the clicked one, else the largest."""
    text = st.column_config.TextColumn
    columns = {
        "group": text("Group", width=110),
        "items": st.column_config.NumberColumn("Items", format="localized", width=66),
        "name": text("Name", width=150),
        "phrases": text("Phrases", width=330),
        "nearest caption": text("Nearest caption", width=260),
    }
    clicked = forms.table(table(found.groups), f"names-{found.card.id}", columns)
    return max(found.groups, key=lambda each: each.items) if clicked is None else found.groups[clicked]


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
    places = np.round(np.linspace(0, len(ids) - 1, min(SHOWN, len(ids)))).astype(int)
    pictured.shown(workspace, [ids[place] for place in places], f"names-gallery-{card.id}-{chosen.number}")
    if len(places) < len(ids):
        st.caption(f"{len(places)} of {formats.counted(len(ids), 'item')}, evenly taken from all of them.")


def _phrases(card: RunCard, chosen: NamedGroup) -> None:
    frame = pd.DataFrame(chosen.phrases)
    frame[["share", "others"]] = 100 * frame[["share", "others"]].astype(float)
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


def _key(workspace: Workspace, name: str) -> str:
    return f"{TAB}-{name}-{workspace.name}"
