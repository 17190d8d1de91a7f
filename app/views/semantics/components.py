"""The tab "Components": which dimension moves with which prompt, and the items at its two ends."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from app.kit import downloads, formats, progress, store
from app.kit.charts import DIVERGING
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.views.semantics import component_form, component_pair, results, source
from app.views.semantics.component_form import CORRECTED, TAB, TITLES
from app.views.semantics.grid import Grid, Head, Scale, grid, page
from app.views.semantics.prompt_form import COMMAND
from app.views.semantics.prompt_found import Compared, brief, noun
from app.views.semantics.prompts import title
from core.runs.semantics import SemanticsRun
from core.semantics.results import LEVEL, Integers
from core.workspace import RunCard, Workspace

STRONGEST, ALL = "The strongest", "All"
COLUMNS, MANY, ROWS = 16, 512, 25


@dataclass(frozen=True)
class Pair:
    """A prompt and a dimension by their places."""

    prompt: int
    dimension: int


def show(workspace: Workspace) -> None:
    """The form, the heat map of coefficients, and the pair that was clicked."""
    cards = [card for card in workspace.runs(SemanticsRun.KIND) if SemanticsRun.figures_of(card).tests is not None]
    with progress.expander(workspace, COMMAND, "New correlation", f"new-components-{workspace.name}", first=not cards):
        component_form.show(workspace)
    progress.line(workspace, COMMAND, "" if cards else FIRST)
    card = results.chosen(workspace, TAB, cards, named)
    if card is None:
        return
    found = Compared.of(workspace, card)
    st.caption(told(workspace, found), help=_HELP)
    with plainly():
        pair = _heat_map(workspace, found)
        component_pair.show(workspace, found, pair.prompt, pair.dimension)


FIRST = "Press Correlate: which principal component moves with which prompt, and what lies at its ends."
_HELP = (
    "Each coefficient is tested against no correlation by Student's t, two-sided, and every p of the table is "
    "corrected for there being so many. With many items almost any coefficient is significant: its size says more."
)


def named(card: RunCard) -> str:
    """`Components · 8 prompts: a happy face, …`"""
    return f"{noun(card).capitalize()}s · {title(card)}"


def told(workspace: Workspace, found: Compared) -> str:
    """`Pearson's r over 9,170 items, …: 1,912 of 2,048 are significant at 5 % after Benjamini–Hochberg.`"""
    params, figures = found.run.card.params, found.run.figures
    after = f" after {CORRECTED[params['correction']]}" if params["correction"] != "none" else ", uncorrected"
    counts = f"**{figures.significant:,}** of {figures.tests:,} coefficients are significant"
    of = source.told(workspace, found.run.card, figures)
    return f"{TITLES[params['method']]}, {of}: {counts} at {LEVEL:.0%}{after}."


def columns(found: Compared, prompts: slice, all: bool) -> Integers:
    """The dimensions on screen: all, or those with the largest coefficients of these prompts, in their order."""
    sizes = found.run.correlation.sizes[prompts].max(axis=0)
    return np.arange(len(sizes)) if all else np.sort(np.argsort(-sizes, kind="stable")[:COLUMNS])


def heat_map(found: Compared, prompts: slice, dimensions: Integers) -> Grid:
    """A row a prompt, a column a dimension; pale where not significant, ringed the strongest of a prompt."""
    correlation, texts = found.run.correlation, found.run.prompts.texts[prompts]
    r, adjusted = (each[prompts][:, dimensions] for each in (correlation.coefficients, correlation.adjusted))
    shares = correlation.components.shares if correlation.components else None
    best = np.array([correlation.strongest(place) for place in range(*prompts.indices(len(found.run.prompts)))])
    largest = float(correlation.sizes.max()) or 1.0
    small, one = len(dimensions) > COLUMNS, noun(found.run.card)
    notes = ["" if shares is None else formats.percent(float(shares[each])) for each in dimensions]

    def said(row: int, column: int) -> str:
        p = formats.probability(float(adjusted[row, column]))
        return f"“{texts[row]}” and {one} {dimensions[column]}: {r[row, column]:.3f}, adjusted p {p}"

    return Grid(
        rows=[Head(brief(text, 60), title=text) for text in texts],
        columns=[
            Head("" if small else str(each), title=f"{one} {each} {note}", note="" if small else note)
            for each, note in zip(dimensions.tolist(), notes, strict=True)
        ],
        values=r.astype(np.float64),
        scale=Scale(-largest, largest, DIVERGING),
        written=lambda value: f"{value:.2f}".replace("-", "−"),
        told=said,
        marked=dimensions[None] == best[:, None],
        faint=~(adjusted < LEVEL),
        small=small,
        corner=f"{one}, from 0",
    )


def table(found: Compared) -> Any:
    """A row a prompt and dimension: coefficient and adjusted p."""
    import pandas as pd

    r, adjusted = found.run.correlation.coefficients, found.run.correlation.adjusted
    prompts, dimensions = (each.ravel() for each in np.indices(r.shape))
    texts = np.asarray(found.run.prompts.texts)
    rows = {"prompt": texts[prompts], "dimension": dimensions, "r": r.ravel(), "adjusted_p": adjusted.ravel()}
    return pd.DataFrame(rows)


def _heat_map(workspace: Workspace, found: Compared) -> Pair:
    """Draws it and gives the pair that is looked at."""
    with st.container(key="components-bar", horizontal=True, vertical_alignment="center", gap="small"):
        count = found.run.correlation.sizes.shape[1]
        options = [STRONGEST, ALL]
        draft = kept(f"{TAB}-which", STRONGEST)
        which = st.segmented_control("Columns", options, required=True, label_visibility="collapsed", **draft)
    prompts = page(len(found.run.prompts), ROWS, "prompt", f"components-prompts-{found.run.card.id}")
    dimensions = columns(found, prompts, which == ALL)
    if which == ALL and count > MANY:
        dimensions = dimensions[page(count, MANY, noun(found.run.card), f"components-columns-{found.run.card.id}")]
    drawn = heat_map(found, prompts, dimensions)
    with st.container(key="components-grid"):
        clicked = grid(drawn, f"components-{found.run.card.id}-{which}")
    with st.container(key="components-below", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"Blue: falls as the prompt's cosine rises; orange: rises with it. Pale: not significant at {LEVEL:.0%}. "
            f"Ringed: the strongest {noun(found.run.card)} of a prompt. Click a cell for the items at its ends.",
            width="stretch",
        )
        _downloads(workspace, found, drawn)
    if clicked:
        st.session_state[_key(found)] = _pair(found, prompts, dimensions, *clicked)
    return st.session_state.get(_key(found)) or first(found)


def first(found: Compared) -> Pair:
    """The largest coefficient of all."""
    sizes = found.run.correlation.sizes
    prompt, dimension = np.unravel_index(int(sizes.argmax()), sizes.shape)
    return Pair(int(prompt), int(dimension))


def _pair(found: Compared, prompts: slice, dimensions: Integers, row: int | None, column: int | None) -> Pair:
    """A row stands for its strongest dimension, a column for its strongest prompt."""
    if column is None:
        prompt = prompts.start + (row or 0)
        return Pair(prompt, found.run.correlation.strongest(prompt))
    dimension = int(dimensions[column])
    if row is None:
        return Pair(int(found.run.correlation.sizes[:, dimension].argmax()), dimension)
    return Pair(prompts.start + row, dimension)


def _downloads(workspace: Workspace, found: Compared, drawn: Grid) -> None:
    help = "A row a prompt and dimension: coefficient and p after the correction"
    downloads.button("CSV", lambda: downloads.csv(table(found)), "correlations.csv", help)
    name = escaped(f"{workspace.name}: {store.model_title(workspace, found.run.card.model)}")
    downloads.button("Figure", lambda: drawn.page(name), "correlations.html", "The table above as an HTML file")


def _key(found: Compared) -> str:
    return f"pair-{found.run.card.id}"
