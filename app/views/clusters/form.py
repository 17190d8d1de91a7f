"""The form of a comparison: which methods, on what, how many seeds; jobs do the work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.comparison import source
from app.comparison.form import WIDTH, compare
from app.comparison.source import Source
from app.kit import formats, method_picker
from app.kit.items import MANY, Items
from app.views.clusters.runs import COMMAND, PACKAGE
from core.methods import Method, discover
from core.workspace import Workspace

FIRST = ("kmeans", "deepdpm")
"""Methods chosen at first: one that is told K, one that finds it; both are quick."""
APART = ("seed", "k")
"""Parameters that are asked for once, for all methods."""
USUAL_K = 10
SEEDS = 3


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    with st.container(key="compare"):
        chosen = _methods(discover(PACKAGE))
        of = source.ask(workspace)
        kept = source.kept(workspace, of.tag, of.exclude)
        common = _common(of, items, kept, any(takes_k(method) for method in chosen))
        choices = method_picker.parameters(chosen, "cluster", APART)
        count = int(kept.sum())
        lacking = "" if count else "No item is left: choose another tag."
        compare(
            workspace,
            COMMAND,
            "start-compare",
            choices,
            {**common, **asdict(of)},
            "Cluster with",
            _line(chosen, common["seeds"], count),
            lacking if chosen else "Choose at least one method.",
        )


def takes_k(method: Method) -> bool:
    return any(each.name == "k" for each in fields(method.params))


def labelled(items: Items) -> list[str]:
    """Columns that name groups, the label first: clusters can be compared with them."""
    named = [name for name in items.grouping if items.kind(name) != "number"]
    return [name for name in named if name == "label" or items.frame[name].nunique() <= MANY]


def likely_k(items: Items, label: str | None, kept: NDArray[np.bool_]) -> int:
    """As many clusters as the label has values among the items kept, if it has some; never more than there are."""
    values = items.frame[label][kept].replace("", None).nunique() if label else 0
    return min(int(values) if values > 1 else USUAL_K, max(int(kept.sum()), 1))


def _methods(methods: Mapping[str, Method]) -> list[Method]:
    """Those that are told how many clusters there are, and those that find it."""
    with_k = {name: method for name, method in methods.items() if takes_k(method)}
    free = {name: method for name, method in methods.items() if name not in with_k}
    return [
        *method_picker.methods("Methods that need K", with_k, FIRST, "cluster-methods-told"),
        *method_picker.methods("Methods that find the number", free, FIRST, "cluster-methods-free"),
    ]


def _common(of: Source, items: Items, kept: NDArray[np.bool_], with_k: bool) -> dict[str, Any]:
    """What all methods share: the column to compare with, K (None where no method takes it) and the seeds."""
    known = labelled(items)
    with st.container(key="cluster-plan", horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            "Compare with",
            known,
            key="cluster-label",
            disabled=not known,
            placeholder="no labels here",
            width=WIDTH,
            help="The column that says which items belong together. Methods never see it; only the figures do.",
        )
        k = _k(likely_k(items, label, kept), int(kept.sum()), f"{label}-{of.tag}-{of.exclude}", not with_k)
        seeds = st.number_input("Seeds", 1, 100, SEEDS, key="cluster-seeds", width=WIDTH, help=_SEEDS_HELP)
    return {"k": k if with_k else None, "seeds": int(seeds), "label": label}


def _k(likely: int, most: int, of: str, disabled: bool) -> int:
    return int(
        st.number_input(
            "Clusters K",
            1,
            max(most, 1),
            likely,
            key=f"cluster-k-{of}",
            disabled=disabled,
            width=WIDTH,
            help="For the methods that need K; the others find their own number",
        )
    )


_SEEDS_HELP = "Each method runs so often, each time from another random start: the spread shows how much chance does"


def _line(chosen: Sequence[Method], seeds: int, count: int) -> str:
    runs = formats.counted(sum(seeds if method.seeded else 1 for method in chosen), "run")
    each = f"{formats.counted(len(chosen), 'method')}, {formats.counted(seeds, 'seed')} each"
    once = "" if all(method.seeded for method in chosen) else "; those without chance run once"
    return f"{runs} on {formats.counted(count, 'item')}: {each}{once}."
