"""The form of a comparison: which groups, which methods, which sizes, how many splits; jobs do the work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from app.comparison import source
from app.comparison.source import Source, kept
from app.kit import formats, forms, method_picker, progress
from app.kit.items import Items
from app.kit.messages import plainly
from app.kit.method_picker import Choice
from app.views.groups import grouping
from app.views.groups.runs import APART, COMMAND, MEAN, PACKAGE
from core.commands.grouping import By
from core.commands.groups import MOST_SIZE, MOST_SPLITS, SIZES
from core.errors import BadParameter
from core.methods import Method, discover
from core.workspace import Workspace

FIRST = ("normalised-mean", "gaussian", "whitened-mean", "smog", "deepsets", "attention")
"""Methods chosen at first, the quick ones before the others."""
SPLITS = 5
_WIDTH = 218


@dataclass(frozen=True)
class Plan:
    """What all methods of a comparison share. title: of the groups, for the job."""

    by: By
    title: str
    sizes: tuple[int, ...]
    splits: int
    source: Source


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    methods = discover(PACKAGE)
    with st.container(key="compare-groups"):
        with st.container(key="groups-plan", horizontal=True, vertical_alignment="bottom", gap="small"):
            by = grouping.ask(workspace, items)
            sizes = _sizes()
            splits = st.number_input(
                "Splits", 1, MOST_SPLITS, SPLITS, key="groups-splits", width=110, help=_SPLITS_HELP
            )
        chosen = _methods(methods)
        of = source.ask(workspace)
        given = method_picker.parameters(chosen, "groups", APART)
        count = int(kept(workspace, of.tag, of.exclude).sum())
        ready = bool(by.by is not None and sizes and count)
        told = _told(by, sizes, int(splits), len(chosen), count)
        if forms.start("Compare", "start-groups", ready, told) and by.by is not None:
            with plainly():
                start(workspace, given, Plan(by.by, by.title, sizes, int(splits), of))
                st.rerun()


def start(workspace: Workspace, given: Sequence[Choice], plan: Plan) -> None:
    """Starts as few jobs as the parameters allow; wrong ones raise `BadParameter` here already."""
    for choice in given:
        choice.method.make_params(choice.values)
    for group in method_picker.together(given) or [[]]:
        arguments = {
            "by": plan.by,
            "methods": [choice.method.name for choice in group] or [MEAN],
            "seeds": plan.splits,
            "sizes": list(plan.sizes),
            "params": method_picker.merged(group),
            **asdict(plan.source),
        }
        titles = formats.listed([choice.method.title for choice in group]) or "the mean"
        progress.start(workspace, COMMAND, arguments, f"Groups by {plan.title}: {titles}")


def asked(text: Sequence[int | str]) -> tuple[int, ...]:
    """The sizes of the form as numbers in their order; raises `BadParameter` for one that cannot be."""
    return tuple(sorted({_size(each) for each in text}))


def _size(given: int | str) -> int:
    try:
        found = int(given)
    except ValueError:
        raise BadParameter(f"{given!r} is no size of a group: write a number, e.g. 6") from None
    if not 1 <= found <= MOST_SIZE:
        raise BadParameter(f"groups of {found} items: choose from 1 to {MOST_SIZE:,}")
    return found


def _methods(methods: Mapping[str, Method]) -> list[Method]:
    """All but the mean, which is always there."""
    others = dict.fromkeys(name for name in (*FIRST, *methods) if name in methods and name != MEAN)
    known = {name: methods[name] for name in others}
    return method_picker.methods("Compared with the plain mean", known, FIRST, "groups-methods")


def _sizes() -> tuple[int, ...]:
    usual = [str(size) for size in SIZES]
    given = st.multiselect(
        "Items in a group",
        usual,
        default=usual,
        key="groups-sizes",
        accept_new_options=True,
        width=420,
        help="So many items are drawn from either half of a group. Type any other number and press Enter; sizes that "
        "too few groups reach are left out, and the page says so",
    )
    with plainly():
        return asked(given)
    return ()


_SPLITS_HELP = (
    "So often the groups themselves are cut into two halves by chance: methods learn from one half and are asked about "
    "the other, whose groups they have never seen. More splits make the figures steadier."
)


def _told(by: grouping.Choice, sizes: Sequence[int], splits: int, methods: int, count: int) -> str:
    if by.by is None:
        return "Nothing to group by: bring labels, cluster the items, or tag four groups of them."
    if not sizes:
        return "Choose at least one size."
    if not count:
        return "No item is left: choose another tag."
    others = f"the mean and {formats.counted(methods, 'method')}" if methods else "the mean alone"
    half = "each learns from one half of the groups and is asked about the other"
    return f"{others.capitalize()}, {formats.counted(splits, 'split')}: {half}."
