"""The form of a comparison: which groups, which methods, which sizes, how many splits; jobs do the work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import streamlit as st

from app.comparison import source
from app.comparison.form import compare, numbers
from app.comparison.source import kept
from app.kit import formats, method_picker
from app.kit.items import Items
from app.kit.messages import plainly
from app.kit.method_picker import Choice
from app.views.groups import grouping
from app.views.groups.runs import APART, COMMAND, MEAN, PACKAGE
from core.commands.comparing import MOST_SEEDS
from core.commands.groups import MOST_SIZE, SIZES
from core.methods import Method, discover
from core.workspace import Workspace

FIRST = ("normalised-mean", "gaussian", "whitened-mean", "smog", "deepsets", "attention")
"""Methods chosen at first, the quick ones before the others."""
SPLITS = 5


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    methods = discover(PACKAGE)
    with st.container(key="compare-groups"):
        with st.container(key="groups-plan", horizontal=True, vertical_alignment="bottom", gap="small"):
            by = grouping.ask(workspace, items)
            sizes = _sizes()
            splits = int(
                st.number_input("Splits", 1, MOST_SEEDS, SPLITS, key="groups-splits", width=110, help=_SPLITS_HELP)
            )
        chosen = _methods(methods)
        of = source.ask(workspace)
        choices = method_picker.parameters(chosen, "groups", APART)
        others = f"the mean and {formats.counted(len(chosen), 'method')}" if chosen else "the mean alone"
        half = "each learns from one half of the groups and is asked about the other"
        compare(
            workspace,
            COMMAND,
            "start-groups",
            choices or [Choice(methods[MEAN], {})],
            {"by": by.by, "seeds": splits, "sizes": list(sizes), **asdict(of)},
            f"Groups by {by.title}:",
            f"{others.capitalize()}, {formats.counted(splits, 'split')}: {half}.",
            _lacking(by, sizes, int(kept(workspace, of.tag, of.exclude).sum())),
        )


def asked(typed: Sequence[int | str]) -> tuple[int, ...]:
    """The sizes of the form as numbers in their order; raises `BadParameter` for one that cannot be."""
    outside = f"groups of {{}} items: choose from 1 to {MOST_SIZE:,}"
    return numbers(typed, range(1, MOST_SIZE + 1), "size of a group: write a number, e.g. 6", outside)


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


def _lacking(by: grouping.Choice, sizes: Sequence[int], count: int) -> str:
    if by.by is None:
        return "Nothing to group by: bring labels, cluster the items, or tag four groups of them."
    if not sizes:
        return "Choose at least one size."
    return "" if count else "No item is left: choose another tag."
