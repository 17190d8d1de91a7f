"""What items can be grouped by: a column that repeats its values, the clusters of a run, tags."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from app.kit import formats, store
from app.kit.items import Items
from core.commands.grouping import RUN, By
from core.groups.splits import LEAST_CLASSES
from core.workspace import RunCard, Workspace

TAGS = "tags:"
"""Groups that are tags: stands in the menu, and is no column's name."""
USUAL = 8
"""Items of a middling group, so that halves of it hold the small sizes that are asked about."""
FEWEST = 2
_WIDTH = 296


@dataclass(frozen=True)
class Column:
    """groups: how many hold two items or more; middling: the median of their sizes."""

    name: str
    groups: int
    middling: float


@dataclass(frozen=True)
class Choice:
    """by: as the command takes it, None where too few tags are chosen; title: for the job."""

    by: By | None
    title: str


def ask(workspace: Workspace, items: Items) -> Choice:
    """The menu, and the tags where groups are tags."""
    known, runs, tags = columns(workspace, items), workspace.runs("clustering"), store.tags(workspace)
    titles = {each.name: f"{each.name.replace('_', ' ')} ({formats.counted(each.groups, 'group')})" for each in known}
    titles |= {RUN + card.id: _clusters(card) for card in reversed(runs)}
    if len(tags) >= LEAST_CLASSES:
        titles[TAGS] = "tags"
    first = usual(known)
    options = list(titles)
    by = st.selectbox(
        "Group by",
        options,
        index=options.index(first) if first else 0 if options else None,
        format_func=titles.__getitem__,
        key=f"group-by-{workspace.name}",
        width=_WIDTH,
        placeholder="nothing here repeats",
        help=f"A column whose values repeat, the clusters of a run, or tags: {LEAST_CLASSES} groups or more of two "
        "items or more",
    )
    if by is None:
        return Choice(None, "")
    return _tagged(workspace, items, tags) if by == TAGS else Choice(str(by), titles[by])


def columns(workspace: Workspace, items: Items) -> list[Column]:
    """Those that make groups enough, the label first, captions last."""
    return _columns(workspace.path, workspace.version, items)


def usual(known: Sequence[Column]) -> str | None:
    """The finest whose groups are large enough to be cut in halves; where none is, the one with the largest groups."""
    large = [each for each in known if each.middling >= USUAL]
    if large:
        return max(large, key=lambda each: each.groups).name
    return max(known, key=lambda each: each.middling).name if known else None


@st.cache_data(show_spinner=False, max_entries=8)
def _columns(path: str, version: int, _items: Items) -> list[Column]:
    names = [*_items.grouping, "caption"]
    counted = (_column(name, _items.frame[name]) for name in names)
    return [each for each in counted if each.groups >= LEAST_CLASSES]


def _column(name: str, values: pd.Series) -> Column:
    sizes = values.replace("", None).value_counts(dropna=True).to_numpy()
    several = sizes[sizes >= FEWEST]
    return Column(name, len(several), float(np.median(several)) if len(several) else 0.0)


def _clusters(card: RunCard) -> str:
    return f"clusters of {card.title}, seed {card.seed} ({card.created[5:16].replace('T', ' ')})"


def _tagged(workspace: Workspace, items: Items, tags: Sequence[str]) -> Choice:
    chosen = st.multiselect(
        "Tags", tags, default=tags, key=f"group-tags-{workspace.name}", help="Each is a group; no item may have two"
    )
    if len(chosen) < LEAST_CLASSES:
        return Choice(None, "")
    ids = np.asarray(items.ids)
    return Choice({tag: ids[store.tagged(workspace, tag)].tolist() for tag in chosen}, "tags")
