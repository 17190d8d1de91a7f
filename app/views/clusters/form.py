"""The form of a comparison: which methods, on what, how many seeds; jobs do the work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.comparison import source
from app.comparison.source import Source
from app.kit import formats, forms, method_picker
from app.kit.items import MANY, Items
from app.kit.messages import plainly
from app.kit.method_picker import Choice
from app.views.clusters.runs import COMMAND, PACKAGE
from core.jobs import jobs
from core.methods import Method, discover
from core.workspace import Workspace

FIRST = ("kmeans", "deepdpm")
"""Methods chosen at first: one that is told K, one that finds it; both are quick."""
APART = ("seed", "k")
"""Parameters that are asked for once, for all methods."""
USUAL_K = 10
SEEDS = 3


@dataclass(frozen=True)
class Plan:
    """What all methods of a comparison share. k: None where no method takes it. label: the column to compare with."""

    source: Source
    k: int | None
    seeds: int
    label: str | None


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    methods = discover(PACKAGE)
    with st.container(key="compare"):
        chosen = _methods(methods)
        of = source.ask(workspace)
        kept = source.kept(workspace, of.tag, of.exclude)
        plan = _plan(of, items, kept, any(takes_k(method) for method in chosen))
        given = method_picker.parameters(chosen, "cluster", APART)
        count = int(kept.sum())
        if forms.start("Compare", "start-compare", bool(chosen and count), _told(chosen, plan, count)):
            with plainly():
                start(workspace, given, plan)
                st.rerun()


def start(workspace: Workspace, given: Sequence[Choice], plan: Plan) -> None:
    """Starts as few jobs as the parameters allow; wrong ones raise `BadParameter` here already."""
    for choice in given:
        told = {"k": plan.k} if takes_k(choice.method) else {}
        choice.method.make_params({**choice.values, **told})
    for group in method_picker.together(given):
        arguments = {
            "source": workspace.path,
            "methods": [choice.method.name for choice in group],
            "k": plan.k,
            "seeds": plan.seeds,
            "params": method_picker.merged(group),
            "label": plan.label,
            **asdict(plan.source),
        }
        titles = formats.listed([choice.method.title for choice in group])
        jobs().start(COMMAND, arguments, f"Cluster with {titles}", workspace.path)


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
    told = {name: method for name, method in methods.items() if takes_k(method)}
    free = {name: method for name, method in methods.items() if name not in told}
    return [
        *method_picker.methods("Methods that need K", told, FIRST, "cluster-methods-told"),
        *method_picker.methods("Methods that find the number", free, FIRST, "cluster-methods-free"),
    ]


def _plan(of: Source, items: Items, kept: NDArray[np.bool_], with_k: bool) -> Plan:
    known = labelled(items)
    with st.container(key="cluster-plan", horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            "Compare with",
            known,
            key="cluster-label",
            disabled=not known,
            placeholder="no labels here",
            width=_WIDTH,
            help="The column that says which items belong together. Methods never see it; only the figures do.",
        )
        k = _k(likely_k(items, label, kept), int(kept.sum()), f"{label}-{of.tag}-{of.exclude}", not with_k)
        seeds = st.number_input("Seeds", 1, 100, SEEDS, key="cluster-seeds", width=_WIDTH, help=_SEEDS_HELP)
    return Plan(of, k if with_k else None, int(seeds), label)


def _k(likely: int, most: int, of: str, disabled: bool) -> int:
    return int(
        st.number_input(
            "Clusters K",
            1,
            max(most, 1),
            likely,
            key=f"cluster-k-{of}",
            disabled=disabled,
            width=_WIDTH,
            help="For the methods that need K; the others find their own number",
        )
    )


_WIDTH = 218
_SEEDS_HELP = "Each method runs so often, each time from another random start: the spread shows how much chance does"


def _told(chosen: Sequence[Method], plan: Plan, count: int) -> str:
    if not chosen:
        return "Choose at least one method."
    if not count:
        return "No item is left: choose another tag."
    runs = formats.counted(sum(plan.seeds if method.seeded else 1 for method in chosen), "run")
    each = f"{formats.counted(len(chosen), 'method')}, {formats.counted(plan.seeds, 'seed')} each"
    once = "" if all(method.seeded for method in chosen) else "; those without chance run once"
    return f"{runs} on {formats.counted(count, 'item')}: {each}{once}."
