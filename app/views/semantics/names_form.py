"""The form of names: of which groups, and from which words; a job does the work."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.comparison import settings
from app.kit import forms, names, progress, store
from app.kit.forms import kept
from app.kit.items import MANY
from app.kit.messages import escaped
from app.views.semantics import prompt_form, source
from core.inputs import RUN
from core.methods import discover
from core.runs.clustering import ClusteringRun
from core.workspace import RunCard, Workspace

TAB = "names"
FROM = {"captions": "Captions", "prompts": "Words of mine", "values": "Values of a column"}
RANKS = {"both": "Words and CLIP's text", "words": "Words alone", "clip": "CLIP's text alone"}
WIDTH = 260


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    groupings = groups(workspace)
    if not groupings:
        st.caption("There are no groups to name yet: compare methods on the Clusters page, or bring labels.")
        return
    with st.container(key="names-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        by = st.selectbox(
            "Groups",
            list(groupings),
            format_func=groupings.__getitem__,
            width=360,
            help="Clusters of a comparison, the newest first, or items with the same value of a column",
            **kept(_key(workspace, "by"), next(iter(groupings)), groupings),
        )
        words = _words(workspace)
    prompts = _typed(workspace) if words == "prompts" else None
    asked = _asked(workspace, str(words), prompts)
    if forms.start("Name them", "start-names", asked is not None, TOLD[str(words)]) and asked is not None:
        progress.start(workspace, names.COMMAND, {"by": by, **asked}, f"Names of {groupings[str(by)]}")
        st.rerun()


TOLD = {
    "captions": "Phrases that a group's captions have and the others' lack, word for word.",
    "prompts": "Each group gets those of your words that its images are more like than the others' images.",
    "values": "Each group gets those values that its images are more like than the others' images.",
}


def groups(workspace: Workspace) -> dict[str, str]:
    """What can be named and how a person reads it: clusterings, the newest first, then columns with few values."""
    runs = {RUN + card.id: clustering(card) for card in reversed(workspace.runs(ClusteringRun.KIND))}
    return runs | {name: f"column “{name.replace('_', ' ')}”" for name in columns(workspace)}


def clustering(card: RunCard) -> str:
    """`K-means, K = 10, seed 0 · 11-22 21:40 UTC`"""
    title = settings.title(card, "core.clustering", ("seed",))
    return f"{title}, seed {card.seed} · {card.created[5:16].replace('T', ' ')} UTC"


def columns(workspace: Workspace) -> list[str]:
    """Those with several values, but few enough to be groups."""
    items = store.items(workspace)
    counts = {name: items.frame[name].replace("", None).nunique() for name in items.grouping}
    return [name for name, count in counts.items() if 1 < count <= MANY]


def title(workspace: Workspace, by: str) -> str:
    """Of groups that were named; a clustering may be gone since."""
    return groups(workspace).get(by, "a deleted clustering" if by.startswith(RUN) else f"column “{by}”")


def _words(workspace: Workspace) -> str:
    captioned = bool(store.items(workspace).frame["caption"].ne("").any())
    options = [each for each in FROM if captioned or each != "captions"]
    draft = kept(_key(workspace, "from"), options[0], options)
    return str(st.segmented_control("Words from", options, required=True, format_func=FROM.__getitem__, **draft))


def _typed(workspace: Workspace) -> prompt_form.Words:
    text = st.text_area(
        "Words, one name a line", height=140, placeholder="clothes\nshoes\nbags", **kept(_key(workspace, "text"), "")
    )
    return prompt_form.Words.of(text, "")


def _asked(workspace: Workspace, words: str, typed: prompt_form.Words | None) -> Mapping[str, Any] | None:
    """The arguments of the command; None where something lacks."""
    if typed is not None:
        if typed.prompts is None:
            st.caption(f":orange[:material/warning:] {escaped(typed.refusal or '')}")
            return None
        return {"prompts": list(typed.prompts.texts)}
    if words == "values":
        known = columns(workspace)
        if not known:
            st.caption("No column has a few values to choose names from.")
            return None
        draft = kept(_key(workspace, "values"), known[0], known)
        return {"values": st.selectbox("Column", known, width=source.WIDTH, **draft)}
    return _ways(workspace)


def _ways(workspace: Workspace) -> Mapping[str, Any]:
    methods = discover("core.naming")
    with st.container(key="names-ways", horizontal=True, vertical_alignment="bottom", gap="small"):
        method = st.selectbox(
            "Weighed by",
            list(methods),
            format_func=lambda name: methods[name].title,
            width=WIDTH,
            help="How much more often a group's captions have a phrase: Monroe et al., 2008, or Grootendorst, 2022",
            **kept(_key(workspace, "method"), "log-odds", methods),
        )
        rank = st.selectbox(
            "In the order of",
            list(RANKS),
            format_func=RANKS.__getitem__,
            width=WIDTH,
            help="CLIP's text: how much more a phrase is like the group's images than like the others",
            **kept(_key(workspace, "rank"), "both", RANKS),
        )
    return {"method": method, "rank": rank}


def _key(workspace: Workspace, name: str) -> str:
    return f"{TAB}-{name}-{workspace.name}"
