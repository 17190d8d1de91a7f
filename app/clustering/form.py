"""The form of a comparison: which items' vectors, which methods, how many seeds; jobs do the work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import streamlit as st

from app import amounts, forms
from app.clustering.runs import PACKAGE, SPACES
from app.items import MANY, Items
from app.plain import plainly
from core.jobs import jobs
from core.methods import Method, discover
from core.workspace import Embedded, Workspace

FIRST = ("kmeans", "gmm", "hdbscan", "deepdpm")
"""Methods chosen at first: two that are told K, two that find it."""
USUAL_K = 10
SEEDS = 3
NEEDS = {"images": ("image",), "captions": ("text",), "both": ("image", "text")}
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

    model: str
    space: str
    k: int | None
    seeds: int
    label: str | None


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    methods = discover(PACKAGE)
    with st.container(key="compare"):
        names = _methods(methods)
        chosen = [methods[name] for name in names]
        plan = _plan(workspace.models(), items, any(takes_k(method) for method in chosen))
        choices = _parameters(chosen)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            pressed = st.button(
                "Compare", key="start-compare", type="primary", icon=":material/play_arrow:", disabled=not chosen
            )
            st.caption(_told(chosen, plan) if chosen else "Choose at least one method.")
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
            "space": plan.space,
            "model": plan.model,
            "label": plan.label,
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


def spaces(models: Sequence[Embedded], model: str) -> list[str]:
    """What a model has embedded can be clustered: images, captions, or both averaged."""
    modalities = {each.modality for each in models if each.model == model and each.count}
    return [space for space, needed in NEEDS.items() if modalities.issuperset(needed)]


def labelled(items: Items) -> list[str]:
    """Columns that name groups, the label first: clusters can be compared with them."""
    named = [name for name in items.grouping if items.kind(name) != "number"]
    return [name for name in named if name == "label" or items.frame[name].nunique() <= MANY]


def likely_k(items: Items, label: str | None, most: int) -> int:
    """As many clusters as the label has values, if it has some; never more than there are items."""
    values = items.frame[label].replace("", None).nunique() if label else 0
    return min(int(values) if values > 1 else USUAL_K, most)


def _methods(methods: Mapping[str, Method]) -> list[str]:
    return st.pills(
        "Methods",
        list(methods),
        selection_mode="multi",
        default=[name for name in FIRST if name in methods],
        format_func=lambda name: methods[name].title,
        key="cluster-methods",
        help="What each does stands under Parameters",
    )


def _plan(models: Sequence[Embedded], items: Items, with_k: bool) -> Plan:
    columns = st.columns(5)
    model = str(columns[0].selectbox("Model", sorted({each.model for each in models}), key="cluster-model"))
    space = columns[1].selectbox(
        "Space", spaces(models, model), format_func=SPACES.__getitem__, key="cluster-space", help=_SPACE_HELP
    )
    known = labelled(items)
    label = columns[2].selectbox(
        "Compare with",
        known,
        key="cluster-label",
        disabled=not known,
        placeholder="no labels here",
        help="The column that says which items belong together. Methods never see it; only the figures do.",
    )
    seeds = columns[3].number_input("Seeds", 1, 100, SEEDS, key="cluster-seeds", help=_SEEDS_HELP)
    most = max((each.count for each in models if each.model == model), default=1)
    k = columns[4].number_input(
        "Clusters K",
        min(2, most),
        most,
        likely_k(items, label, most),
        key=f"cluster-k-{label}",
        disabled=not with_k,
        help="For the methods that are told how many; the others find their own number",
    )
    return Plan(model, str(space), int(k) if with_k else None, int(seeds), label)


_SPACE_HELP = (
    "The model's embeddings, in all their dimensions. The two-dimensional map is not offered: "
    "it tears groups apart and pushes others together."
)
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


def _told(chosen: Sequence[Method], plan: Plan) -> str:
    runs = amounts.counted(len(chosen) * plan.seeds, "run")
    return f"{runs}: {amounts.counted(len(chosen), 'method')}, {amounts.counted(plan.seeds, 'seed')} each."


def _merged(group: Sequence[Choice]) -> dict[str, Any]:
    return {name: value for choice in group for name, value in choice.changed.items()}


def _agree(group: Sequence[Choice]) -> bool:
    settings = _merged(group)
    return all(choice.values.get(name, value) == value for choice in group for name, value in settings.items())
