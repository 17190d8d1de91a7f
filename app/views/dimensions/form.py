"""The form of a comparison: which reducers, at which dimensions, over how many splits; jobs do the work."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.comparison import source
from app.comparison.source import pairs
from app.kit import formats, forms, method_picker, store
from app.kit.items import Items
from app.kit.messages import plainly
from app.kit.method_picker import Choice
from app.views.dimensions.curves import APART, COMMAND, PACKAGE
from core.errors import BadParameter
from core.jobs import jobs
from core.methods import Method, discover
from core.reduction.checks import LEAST_DIMENSIONS, LEAST_PAIRS
from core.workspace import Workspace

FIRST = ("contrastive", "pca", "truncation")
"""Methods chosen at first: quick ones, the best of them and the plainest."""
FEWEST = 8
"""Dimensions that the usual choice begins with; fewer can be asked for."""
SPLITS = 3
_WIDTH = 218


@dataclass(frozen=True)
class Plan:
    """What all methods of a comparison share."""

    model: str
    dims: tuple[int, ...]
    splits: int
    tag: str | None = None
    exclude: str | None = None


def show(workspace: Workspace, items: Items) -> None:
    """Draws the form; its button starts the jobs."""
    with st.container(key="reduce"):
        chosen = method_picker.methods("Reducers", discover(PACKAGE), FIRST, "reduce-methods")
        plan, count = _plan(workspace, items)
        given = method_picker.parameters(chosen, "reduce", APART)
        ready = bool(chosen and plan.dims and count >= LEAST_PAIRS)
        if forms.start("Compare", "start-reduce", ready, _told(chosen, plan, count)):
            with plainly():
                start(workspace, given, plan)
                st.rerun()


def start(workspace: Workspace, given: Sequence[Choice], plan: Plan) -> None:
    """Starts as few jobs as the parameters allow; wrong ones raise `BadParameter` here already."""
    for choice in given:
        choice.method.make_params(choice.values)
    for group in method_picker.together(given):
        arguments = {
            "source": workspace.path,
            "methods": [choice.method.name for choice in group],
            "dims": list(plan.dims),
            "seeds": plan.splits,
            "params": method_picker.merged(group),
            "model": plan.model,
            "tag": plan.tag,
            "exclude": plan.exclude,
        }
        titles = formats.listed([choice.method.title for choice in group])
        jobs().start(COMMAND, arguments, f"Reduce by {titles}", workspace.path)


def ladder(dimensions: int) -> list[int]:
    """Powers of two from `FEWEST`, and three quarters of D: what is compared unless somebody asks for others."""
    powers = [2**power for power in range(1, 17) if FEWEST <= 2**power < dimensions]
    return sorted({*powers, 3 * dimensions // 4} - {0, 1})


def asked(text: Sequence[int | str], dimensions: int) -> tuple[int, ...]:
    """The dimensions of the form as numbers in their order; raises `BadParameter` for one that cannot be."""
    return tuple(sorted({_dimension(each, dimensions) for each in text}))


def _dimension(given: int | str, dimensions: int) -> int:
    try:
        found = int(given)
    except ValueError:
        raise BadParameter(f"{given!r} is no number of dimensions: write one, e.g. 48") from None
    if not LEAST_DIMENSIONS <= found < dimensions:
        raise BadParameter(f"{found} dimensions: choose from {LEAST_DIMENSIONS} to {dimensions - 1}, fewer than now")
    return found


def _plan(workspace: Workspace, items: Items) -> tuple[Plan, int]:
    """And how many images with a caption of their own take part."""
    embedded = workspace.models()
    known = pairs(embedded)
    with st.container(key="reduce-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        titles = {name: title for name, title in store.models(workspace).items() if name in known}
        model = str(
            st.selectbox("Model", list(titles), format_func=titles.__getitem__, key="reduce-model", width=_WIDTH)
        )
        tag, exclude = source.chosen(store.tags(workspace), "reduce", "pairs")
        splits = st.number_input("Splits", 1, 100, SPLITS, key="reduce-splits", width=_WIDTH, help=_SPLITS_HELP)
    dims = _dims(next(each.dimension for each in embedded if each.model == model))
    captions = items.frame["caption"][source.kept(workspace, tag, exclude)].str.split().str.join(" ").str.casefold()
    distinct = int(captions[captions != ""].nunique())
    return Plan(model, dims, int(splits), tag, exclude), min(distinct, known[model])


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


def _told(chosen: Sequence[Method], plan: Plan, count: int) -> str:
    if not chosen:
        return "Choose at least one reducer."
    if not plan.dims:
        return "Choose at least one number of dimensions."
    if count < LEAST_PAIRS:
        return f"{formats.counted(count, 'pair')} with a caption of its own: at least {LEAST_PAIRS} are needed."
    reducers = formats.counted(len(chosen), "reducer")
    numbers = f"{formats.counted(len(plan.dims), 'number')} of dimensions, {formats.counted(plan.splits, 'split')}"
    half = f"each learns on one half of {formats.counted(count, 'pair')} and is judged on the other"
    return f"{reducers}, {numbers}: {half}."
