"""The tab "Components": which dimension moves with which prompt, and the items at its two ends."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app.kit import downloads, formats, pictured, store
from app.kit.charts import DIVERGING, scale_colours
from app.kit.forms import choice, switch
from app.kit.messages import escaped, plainly
from app.views.semantics import prompts, results, source
from app.views.semantics.compared import Compared
from app.views.semantics.grid import Grid, Head, Scale, grid, page
from app.views.semantics.results import by_item
from core.results import Floats, Integers
from core.runs.semantics import SemanticsRun
from core.search import highest
from core.semantics.results import LEVEL
from core.workspace import RunCard, Workspace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

TAB = "components"
STRONGEST, ALL = "The strongest", "All"
COLUMNS, MANY, ROWS = 16, 512, 25
KINDS = {"components": "Principal components", "dimensions": "The embedding's own dimensions"}
TITLES = {"pearson": "Pearson's r", "spearman": "Spearman's rank correlation"}
CORRECTED = {"bh": "Benjamini–Hochberg", "holm": "Holm", "none": "None"}
"""How a correction is called."""
ENDS = 12
BINS = 48
HEIGHT = 300


@dataclass(frozen=True)
class Pair:
    """A prompt and a dimension by their places."""

    prompt: int
    dimension: int


def show(workspace: Workspace) -> None:
    """The form, the heat map of coefficients, and the pair that was clicked."""
    cards = [card for card in workspace.runs(SemanticsRun.KIND) if SemanticsRun.figures_of(card).tests is not None]
    FORM.place(workspace, cards)
    card = results.chosen(workspace, TAB, cards, title)
    if card is None:
        return
    found = Compared.of(workspace, card)
    st.caption(described(workspace, found), help=_HELP)
    with plainly():
        pair = _heat_map(workspace, found)
        _pair(workspace, found, pair)


_HELP = (
    "Each coefficient is tested against no correlation by Student's t, two-sided, and every p of the table is "
    "corrected for there being so many. With many items almost any coefficient is significant: its size says more."
)


def _form(workspace: Workspace) -> None:
    """The prompts of the other tab, what their cosines are compared with, and how."""
    with st.container(key="components-words", horizontal=True, gap="medium"):
        words = prompts.typed(workspace, height=140)
    with st.container(key="components-how", horizontal=True, vertical_alignment="bottom", gap="small"):
        help = "Prompts' cosines are correlated with each of these numbers of an item; a model may be a reduced one"
        titles = {**KINDS, **store.models(workspace)}
        against = choice("Correlate with", titles, f"{TAB}-against-{workspace.name}", help, 280)
        help = "Spearman's is Pearson's of the ranks: it sees any rising or falling relation"
        method = choice("Coefficient", TITLES, f"{TAB}-method", help)
        help = "Benjamini–Hochberg: of those called significant, 5 % are expected to be false. "
        help += "Holm: even one false one is that improbable."
        correction = choice("Multiple testing", CORRECTED, f"{TAB}-correction", help)
    with st.container(key="components-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, prompts.TAB)
    if prompts.submitted("Correlate", "start-components", workspace, words, given) and words.prompts:
        how = {"against": against, "method": method, "correction": correction}
        prompts.start(workspace, words.prompts, words.templates, given, **how)
        st.rerun()


FIRST = "Press Correlate: which principal component moves with which prompt, and what lies at its ends."
FORM = results.Form(prompts.COMMAND, "New correlation", _form, FIRST)


def title(card: RunCard) -> str:
    """`Components · 8 prompts: a happy face, …`"""
    return f"{SemanticsRun.params_of(card).noun.capitalize()}s · {prompts.title(card)}"


def described(workspace: Workspace, found: Compared) -> str:
    """`Pearson's r over 9,170 items, …: 1,912 of 2,048 are significant at 5 % after Benjamini–Hochberg.`"""
    params, figures = found.run.params, found.run.figures
    after = f" after {CORRECTED[params.correction]}" if params.correction != "none" else ", uncorrected"
    counts = f"**{figures.significant:,}** of {figures.tests:,} coefficients are significant"
    of = source.described(workspace, found.run.card, figures)
    return f"{TITLES[params.method]}, {of}: {counts} at {LEVEL:.0%}{after}."


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
    small, one = len(dimensions) > COLUMNS, found.noun
    notes = ["" if shares is None else formats.percent(float(shares[each])) for each in dimensions]

    def hover(row: int, column: int) -> str:
        p = formats.probability(float(adjusted[row, column]))
        return f"“{texts[row]}” and {one} {dimensions[column]}: {r[row, column]:.3f}, adjusted p {p}"

    return Grid(
        rows=[Head(formats.shortened(text, 60), title=text) for text in texts],
        columns=[
            Head("" if small else str(each), title=f"{one} {each} {note}", note="" if small else note)
            for each, note in zip(dimensions.tolist(), notes, strict=True)
        ],
        values=r.astype(np.float64),
        scale=Scale(-largest, largest, DIVERGING),
        written=lambda value: f"{value:.2f}".replace("-", "−"),
        hover=hover,
        marked=dimensions[None] == best[:, None],
        faint=~(adjusted < LEVEL),
        small=small,
        corner=f"{one}, from 0",
    )


def table(found: Compared) -> pd.DataFrame:
    """A row a prompt and dimension: coefficient and adjusted p."""
    r, adjusted = found.run.correlation.coefficients, found.run.correlation.adjusted
    prompts, dimensions = (each.ravel() for each in np.indices(r.shape))
    texts = np.asarray(found.run.prompts.texts)
    rows = {"prompt": texts[prompts], "dimension": dimensions, "r": r.ravel(), "adjusted_p": adjusted.ravel()}
    return pd.DataFrame(rows)


def _heat_map(workspace: Workspace, found: Compared) -> Pair:
    """Draws it and gives the pair that is looked at."""
    with st.container(key="components-bar", horizontal=True, vertical_alignment="center", gap="small"):
        count = found.run.correlation.sizes.shape[1]
        which = switch("Columns", [STRONGEST, ALL], f"{TAB}-which")
    some = page(len(found.run.prompts), ROWS, "prompt", f"components-prompts-{found.run.card.id}")
    dimensions = columns(found, some, which == ALL)
    if which == ALL and count > MANY:
        dimensions = dimensions[page(count, MANY, found.noun, f"components-columns-{found.run.card.id}")]
    drawn = heat_map(found, some, dimensions)
    with st.container(key="components-grid"):
        clicked = grid(drawn, f"components-{found.run.card.id}-{which}")
    with st.container(key="components-below", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"Blue: falls as the prompt's cosine rises; orange: rises with it. Pale: not significant at {LEVEL:.0%}. "
            f"Ringed: the strongest {found.noun} of a prompt. Click a cell for the items at its ends.",
            width="stretch",
        )
        help = "A row a prompt and dimension: coefficient and p after the correction"
        downloads.button("CSV", lambda: downloads.csv(table(found)), "correlations.csv", help)
        name = escaped(f"{workspace.name}: {store.model_title(workspace, found.run.card.model)}")
        downloads.button("Figure", lambda: drawn.page(name), "correlations.html", "The table above as an HTML file")
    if clicked:
        st.session_state[f"pair-{found.run.card.id}"] = _clicked(found, some, dimensions, *clicked)
    return st.session_state.get(f"pair-{found.run.card.id}") or first(found)


def first(found: Compared) -> Pair:
    """The largest coefficient of all."""
    sizes = found.run.correlation.sizes
    prompt, dimension = np.unravel_index(int(sizes.argmax()), sizes.shape)
    return Pair(int(prompt), int(dimension))


def _clicked(found: Compared, prompts: slice, dimensions: Integers, row: int | None, column: int | None) -> Pair:
    """A row stands for its strongest dimension, a column for its strongest prompt."""
    if column is None:
        prompt = prompts.start + (row or 0)
        return Pair(prompt, found.run.correlation.strongest(prompt))
    dimension = int(dimensions[column])
    if row is None:
        return Pair(int(found.run.correlation.sizes[:, dimension].argmax()), dimension)
    return Pair(prompts.start + row, dimension)


def _pair(workspace: Workspace, found: Compared, pair: Pair) -> None:
    """Low end, high end, and how the two numbers lie together."""
    name, values, card = f"{found.noun} {pair.dimension}", found.code(pair.dimension), found.run.card
    with st.container(key="pair-head", horizontal=True, vertical_alignment="center", gap="small"):
        text = formats.shortened(found.run.prompts.texts[pair.prompt], 60)
        st.subheader(escaped(f"{name.capitalize()} and “{text}”"), anchor=False)
        by_id = by_item(found.run.ids, values.astype(float))
        pictured.by_column(workspace, f"{card.model} {name}", "its values", by_id, "pair-colour")
    st.markdown(correlation_of(found, pair))
    with st.container(key="pair-stage", horizontal=True, gap="medium"):
        for title, sign in (("Lowest", -1), ("Highest", 1)):
            rows = highest(sign * values, min(ENDS, len(values)))
            notes = {id: formats.figure(value) for id, value in by_item(found.run.ids[rows], values[rows]).items()}
            with st.container(key=f"pair-{title.lower()}"):
                key = f"pair-gallery-{title}"
                pictured.headed(workspace, f"**{title}**", list(notes), key, notes, f"{title} {name}", side=78)
        with st.container(key="pair-together", width=340):
            chart = together(values, found.cosines(pair.prompt), name)
            st.plotly_chart(chart, key="pair-chart", config={"displayModeBar": False})


def correlation_of(found: Compared, pair: Pair) -> str:
    """`Correlation **−0.670**, p < 0.001 after correction. 94 of 256 components are significant for this prompt.`"""
    correlation, dimension = found.run.correlation, pair.dimension
    r, adjusted = correlation.coefficients[pair.prompt], correlation.adjusted[pair.prompt]
    if np.isnan(r[dimension]):
        return "All items have the same value here: there is no correlation."
    size, p = f"{float(r[dimension]):.3f}".replace("-", "−"), formats.probability(float(adjusted[dimension]))
    own = correlation.strongest(pair.prompt)
    best = "the strongest of this prompt" if own == dimension else f"the strongest of this prompt is {own}"
    significant = f"{int((adjusted < LEVEL).sum()):,} of {len(r):,} are significant for it"
    return f"Correlation **{size}**, p {'' if p[0] == '<' else '= '}{p} after correction; {best}, {significant}."


def together(values: Floats, cosines: Floats, name: str) -> "Figure":
    """How many items have which two numbers; every item counts."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    counts, across, up = np.histogram2d(values, cosines, bins=BINS)
    shown = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan)
    drawn = go.Figure(
        go.Heatmap(
            z=shown.T,
            x=((across[1:] + across[:-1]) / 2).tolist(),
            y=((up[1:] + up[:-1]) / 2).tolist(),
            customdata=counts.T,
            colorscale=scale_colours(),
            showscale=False,
            hovertemplate="%{customdata:,} items<extra></extra>",
        )
    )
    drawn.update_xaxes(title=name)
    drawn.update_yaxes(title="cosine with the prompt")
    return drawn.update_layout(height=HEIGHT, margin={"t": 8, "r": 8, "b": 0, "l": 0}, dragmode=False)
