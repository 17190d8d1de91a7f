"""Prompts against items: the cosine of each pair, thumbnails on the axis; below, what is nearest to one prompt."""

import numpy as np
import streamlit as st

from app.kit import formats, pictured, store
from app.kit.charts import scale_colours
from app.kit.forms import kept
from app.kit.messages import escaped
from app.kit.state import state
from app.views.semantics import actions
from app.views.semantics.grid import Grid, Head, Scale, grid, page
from app.views.semantics.prompt_found import Compared, brief
from core.search import highest
from core.semantics.results import Integers
from core.workspace import Workspace

NEAREST, SAMPLE, MAP = "Nearest to each prompt", "Random sample", "From the Map page"
COSINE, PROBABILITY = "Cosine", "Probability"
COLUMNS, ROWS = 24, 25
"""Items and prompts of the table at once."""
AROUND = 24
"""Items shown of one prompt."""


def show(workspace: Workspace, found: Compared) -> None:
    """The table, its controls, and the chosen prompt's nearest items."""
    with st.container(key="matrix-bar", horizontal=True, vertical_alignment="center", gap="small"):
        kind = _kind(found)
        rows = _items(found, kind)
        measure = _measure(found)
    if not len(rows):
        st.caption(f"None of what is selected on the Map page is among these {len(found.run.ids):,} items.")
        return
    prompts = page(len(found.run.prompts), ROWS, "prompt", f"matrix-prompts-{found.run.card.id}")
    columns = rows[page(len(rows), COLUMNS, "item", f"matrix-items-{found.run.card.id}-{kind}")]
    drawn = table(workspace, found, prompts, columns, measure)
    with st.container(key="matrix"):
        clicked = grid(drawn, f"matrix-{found.run.card.id}")
    _legend(workspace, found, drawn, measure)
    if clicked:
        _clicked(workspace, found, prompts, columns, *clicked)
    _around(workspace, found)


def table(workspace: Workspace, found: Compared, prompts: slice, rows: Integers, measure: str) -> Grid:
    """A row a prompt, or a class for probabilities, a column an item; the best of a column is ringed."""
    items = store.items(workspace)
    ids = found.run.ids[rows].tolist()
    shares = found.probabilities(rows) if measure == PROBABILITY else None
    values = found.cosines(prompts, rows).T if shares is None else shares[:, prompts].T
    names = (found.run.prompts.texts if shares is None else found.run.prompts.names)[prompts]
    thumbnails = store.thumbnails(workspace, ids) if found.run.card.space != "captions" else {}
    captions = [items.captions.get(id, "") for id in ids]
    whole = _best(found, rows, shares)[prompts]
    return Grid(
        rows=[Head(brief(name, 60), title=name) for name in names],
        columns=[Head(brief(caption), thumbnails.get(id), caption) for id, caption in zip(ids, captions, strict=True)],
        values=values,
        scale=_scale(values, shares is not None),
        written=lambda value: f"{value:.2f}" if shares is None else f"{100 * value:.0f} %",
        told=lambda row, column: f"“{names[row]}” and “{captions[column]}”: {values[row, column]:.3f}",
        marked=whole,
    )


def default_rows(found: Compared, each: int) -> Integers:
    """The items nearest to each of the first prompts, so many of each, each item once."""
    nearest = [highest(cosines, each).tolist() for cosines in found.cosines(slice(0, ROWS)).T]
    return np.array(list(dict.fromkeys(row for rows in nearest for row in rows)), dtype=np.int64)


def _best(found: Compared, rows: Integers, shares: np.ndarray | None) -> np.ndarray:
    """Of each item the prompt, or the class, with the largest value of all: (P or K, n)."""
    values = found.cosines(slice(None), rows).T if shares is None else shares.T
    return np.arange(len(values))[:, None] == values.argmax(axis=0)


def _scale(values: np.ndarray, shares: bool) -> Scale:
    return Scale(0, 1, scale_colours()) if shares else Scale(min(0.0, values.min()), values.max(), scale_colours())


def _kind(found: Compared) -> str:
    """Which items."""
    options = [NEAREST, SAMPLE, *([MAP] if state().group else [])]
    draft = kept("matrix-kind", NEAREST, options)
    return str(st.segmented_control("Items", options, required=True, label_visibility="collapsed", **draft))


def _items(found: Compared, kind: str) -> Integers:
    if kind == MAP and (group := state().group):
        places = {id: row for row, id in enumerate(found.run.ids.tolist())}
        return np.array([places[id] for id in group.ids if id in places], dtype=np.int64)
    each = 2 if len(found.run.prompts) <= 8 else 1
    if kind == NEAREST:
        return default_rows(found, each)
    count = min(len(found.run.ids), 2 * COLUMNS // 3)
    return np.sort(np.random.default_rng(0).choice(len(found.run.ids), count, replace=False))


def _measure(found: Compared) -> str:
    if not found.run.has_classes or found.run.figures.logit_scale is None:
        return COSINE
    help = "Probability: the softmax over the classes of the cosines times the model's own logit scale"
    draft = kept("matrix-measure", COSINE)
    options = [COSINE, PROBABILITY]
    return str(
        st.segmented_control("Measure", options, required=True, label_visibility="collapsed", help=help, **draft)
    )


def _legend(workspace: Workspace, found: Compared, drawn: Grid, measure: str) -> None:
    with st.container(key="matrix-below", horizontal=True, vertical_alignment="center", gap="small"):
        what = "cosine similarity" if measure == COSINE else "zero-shot probability"
        st.caption(
            f"Each cell: the {what} of a prompt and an item; ringed, the item's best prompt. Click a prompt for its "
            "nearest items, a picture or a cell to see the item.",
            width="stretch",
        )
        actions.cosines(workspace, found, drawn)


def _clicked(
    workspace: Workspace, found: Compared, prompts: slice, rows: Integers, row: int | None, column: int | None
) -> None:
    if column is None and row is not None:
        st.session_state[_key(found)] = prompts.start + row
    elif column is not None:
        pictured.look(workspace, str(found.run.ids[rows[column]]))


def _around(workspace: Workspace, found: Compared) -> None:
    """What is nearest to one prompt."""
    texts = found.run.prompts.texts
    with st.container(key="around-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Nearest to**", width="content")
        prompt = st.selectbox(
            "Prompt",
            range(len(texts)),
            format_func=texts.__getitem__,
            label_visibility="collapsed",
            width=300,
            **kept(_key(found), 0, range(len(texts))),
        )
        rows, cosines = found.nearest(int(prompt), AROUND)
        ids, text = found.run.ids[rows].tolist(), texts[int(prompt)]
        mean, sd = float(found.run.mean[prompt]), float(found.run.sd[prompt])
        st.caption(
            f"Of all {formats.counted(len(found.run.ids), 'item')} the mean cosine is {mean:.3f}, sd {sd:.3f}",
            width="stretch",
        )
        pictured.to_the_map(workspace, text, ids, "around-map", cosines.tolist())
        actions.colour(workspace, found, int(prompt))
    with st.container(key="around"):
        notes = {id: f"{value:.3f}" for id, value in zip(ids, cosines.tolist(), strict=True)}
        pictured.shown(workspace, ids, f"around-{found.run.card.id}-{prompt}", notes)
    st.caption(f"The figure on a picture: its cosine with “{escaped(brief(text, 80))}”.")


def _key(found: Compared) -> str:
    return f"around-{found.run.card.id}"
