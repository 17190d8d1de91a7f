"""The form of a comparison: which methods, on what, how many seeds; jobs do the work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import amounts, forms
from app.clustering import source
from app.clustering.runs import PACKAGE
from app.clustering.source import Source
from app.items import MANY, Items
from app.plain import plainly
from core.jobs import jobs
from core.methods import Method, discover
from core.workspace import Workspace

FIRST = ("kmeans", "deepdpm")
"""Methods chosen at first: one that is told K, one that finds it; both are quick."""
USUAL_K = 10
SEEDS = 3
APART = ("seed", "k")
"""Parameters that the form asks for once, for all methods."""


@dataclass(frozen=True)
class Choice:
    """A method and the values of its form, seed and K aside."""

    method: Method
    values: Mapping[str, Any]

    @property
    def changed(self) -> dict[str, Any]:
        """What is not the default."""
        usual = {each.name: each.default for each in fields(self.method.params)}
        return {name: value for name, value in self.values.items() if value != usual[name]}


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
        chosen = [methods[name] for name in _methods(methods)]
        of = source.ask(workspace)
        kept = source.kept(workspace, of.tag, of.exclude)
        plan = _plan(of, items, kept, any(takes_k(method) for method in chosen))
        choices = _parameters(chosen)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            count = int(kept.sum())
            ready = bool(chosen and count)
            pressed = st.button(
                "Compare", key="start-compare", type="primary", icon=":material/play_arrow:", disabled=not ready
            )
            st.caption(_told(chosen, plan, count))
        if pressed:
            with plainly():
                start(workspace, choices, plan)
                st.rerun()


def start(workspace: Workspace, choices: Sequence[Choice], plan: Plan) -> None:
    """Starts as few jobs as the parameters allow; wrong ones raise `BadParameter` here already."""
    for choice in choices:
        told = {"k": plan.k} if takes_k(choice.method) else {}
        choice.method.make_params({**choice.values, **told})
    for group in together(choices):
        arguments = {
            "source": workspace.path,
            "methods": [choice.method.name for choice in group],
            "k": plan.k,
            "seeds": plan.seeds,
            "params": _merged(group),
            "label": plan.label,
            **asdict(plan.source),
        }
        titles = amounts.listed([choice.method.title for choice in group])
        jobs().start("cluster", arguments, f"Cluster with {titles}", workspace.path)


def together(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Methods that can run in one job, which gives a parameter the same value for every method that has it."""
    groups: list[list[Choice]] = []
    for choice in choices:
        home = next((group for group in groups if _agree([*group, choice])), None)
        if home is None:
            groups.append([choice])
        else:
            home.append(choice)
    return groups


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


def _methods(methods: Mapping[str, Method]) -> list[str]:
    """Those that are told how many clusters there are, and those that find it."""
    chosen: list[str] = []
    for title, key, names in (
        ("Methods that are told how many clusters", "told", [name for name in methods if takes_k(methods[name])]),
        ("Methods that find the number", "free", [name for name in methods if not takes_k(methods[name])]),
    ):
        chosen += st.pills(
            title,
            names,
            selection_mode="multi",
            default=[name for name in FIRST if name in names],
            format_func=lambda name: methods[name].title,
            key=f"cluster-methods-{key}",
            help="What each does stands under Parameters",
        )
    return chosen


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
            help="For the methods that are told how many; the others find their own number",
        )
    )


_WIDTH = 218
_SEEDS_HELP = "Each method runs so often, each time from another random start: the spread shows how much chance does"


def _parameters(chosen: Sequence[Method]) -> list[Choice]:
    """The form of each method; what nobody touches keeps its default."""
    if not chosen:
        return []
    with st.expander("Parameters", icon=":material/tune:", key="cluster-parameters"):
        places = st.tabs([method.title for method in chosen])
        return [_one(method, place) for method, place in zip(chosen, places, strict=True)]


def _one(method: Method, place: Any) -> Choice:
    own = [each for each in fields(method.params) if each.name not in APART]
    with place:
        st.caption(method.summary)
        columns = st.columns(4)
        values = {}
        for number, each in enumerate(own):
            with columns[number % len(columns)]:
                values[each.name] = forms.widget(each, f"cluster-{method.name}")
    return Choice(method, values)


def _told(chosen: Sequence[Method], plan: Plan, count: int) -> str:
    if not chosen:
        return "Choose at least one method."
    if not count:
        return "No item is left: choose another tag."
    runs = amounts.counted(sum(plan.seeds if method.seeded else 1 for method in chosen), "run")
    each = f"{amounts.counted(len(chosen), 'method')}, {amounts.counted(plan.seeds, 'seed')} each"
    once = "" if all(method.seeded for method in chosen) else "; those without chance run once"
    return f"{runs} on {amounts.counted(count, 'item')}: {each}{once}."


def _merged(group: Sequence[Choice]) -> dict[str, Any]:
    return {name: value for choice in group for name, value in choice.changed.items()}


def _agree(group: Sequence[Choice]) -> bool:
    settings = _merged(group)
    return all(choice.values.get(name, value) == value for choice in group for name, value in settings.items())
