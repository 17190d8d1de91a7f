"""The form of a comparison: which reducers, at which dimensions, over how many splits; jobs do the work."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.comparison import source
from app.comparison.form import WIDTH, compare, numbers
from app.comparison.menus import menu
from app.comparison.source import pairs
from app.kit import formats, method_picker, store
from app.kit.items import Items
from app.kit.messages import plainly
from app.views.dimensions.curves import APART, COMMAND, PACKAGE
from core.methods import discover
from core.reduction.checks import LEAST_DIMENSIONS, LEAST_PAIRS
from core.workspace import Workspace

FIRST = ("contrastive", "pca", "truncation")
"""Methods chosen at first: quick ones, the best of them and the plainest."""
FEWEST = 8
"""Dimensions that the usual choice begins with; fewer can be asked for."""
SPLITS = 3


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    with st.container(key="reduce"):
        chosen = method_picker.methods("Reducers", discover(PACKAGE), FIRST, "reduce-methods")
        common, count = _common(workspace, items)
        choices = method_picker.parameters(chosen, "reduce", APART)
        reducers, dims = formats.counted(len(chosen), "reducer"), formats.counted(len(common["dims"]), "number")
        half = f"each learns on one half of {formats.counted(count, 'pair')} and is judged on the other"
        line = f"{reducers}, {dims} of dimensions, {formats.counted(common['seeds'], 'split')}: {half}."
        lacking = ""
        if not chosen:
            lacking = "Choose at least one reducer."
        elif not common["dims"]:
            lacking = "Choose at least one number of dimensions."
        elif count < LEAST_PAIRS:
            lacking = f"{formats.counted(count, 'pair')} with a caption of its own: at least {LEAST_PAIRS} are needed."
        compare(workspace, COMMAND, "start-reduce", choices, common, "Reduce by", line, lacking)


def ladder(dimensions: int) -> list[int]:
    """Powers of two from `FEWEST`, and three quarters of D: what is compared unless somebody asks for others."""
    powers = [2**power for power in range(1, 17) if FEWEST <= 2**power < dimensions]
    return sorted({*powers, 3 * dimensions // 4} - {0, 1})


def asked(typed: Sequence[int | str], dimensions: int) -> tuple[int, ...]:
    """The dimensions of the form as numbers in their order; raises `BadParameter` for one that cannot be."""
    outside = f"{{}} dimensions: choose from {LEAST_DIMENSIONS} to {dimensions - 1}, fewer than now"
    limits = range(LEAST_DIMENSIONS, dimensions)
    return numbers(typed, limits, "number of dimensions: write one, e.g. 48", outside)


def _common(workspace: Workspace, items: Items) -> tuple[dict[str, Any], int]:
    """What all methods share, and how many images with a caption of their own take part."""
    embedded = workspace.models()
    known = pairs(embedded)
    with st.container(key="reduce-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        titles = {name: title for name, title in store.models(workspace).items() if name in known}
        model = menu("Model", titles, "reduce-model", width=WIDTH)
        tag, exclude = source.chosen(store.tags(workspace), "reduce", "pairs")
        splits = st.number_input("Splits", 1, 100, SPLITS, key="reduce-splits", width=WIDTH, help=_SPLITS_HELP)
    dims = _dims(next(each.dimension for each in embedded if each.model == model))
    captions = items.frame["caption"][source.kept(workspace, tag, exclude)].str.split().str.join(" ").str.casefold()
    distinct = int(captions[captions != ""].nunique())
    common = {"dims": list(dims), "seeds": int(splits), "model": model, "tag": tag, "exclude": exclude}
    return common, min(distinct, known[model])


def _dims(dimensions: int) -> tuple[int, ...]:
    usual = ladder(dimensions)
    given = st.multiselect(
        f"Dimensions to try, of {dimensions:,}",
        [str(each) for each in range(LEAST_DIMENSIONS, dimensions) if each in usual or each & (each - 1) == 0],
        default=[str(each) for each in usual],
        key=f"reduce-dims-{dimensions}",
        accept_new_options=True,
        help="Type any other number and press Enter",
    )
    with plainly():
        return asked(given, dimensions)
    return ()


_SPLITS_HELP = (
    "So often the pairs are cut into two halves by chance: the reducer learns on one and is judged on the other. "
    "More splits make the bands and the test surer."
)
