"""Prompts against items: the cosine of each pair, thumbnails on the axis; below, what is nearest to one prompt."""

from functools import partial

import numpy as np
import streamlit as st

from app.kit import downloads, formats, pictured, store
from app.kit.charts import scale_colours
from app.kit.forms import kept, switch
from app.kit.messages import escaped
from app.kit.state import state
from app.views.semantics.compared import Compared
from app.views.semantics.grid import Grid, Head, Scale, grid, page
from app.views.semantics.results import by_item
from core.results import Integers, places
from core.search import highest
from core.workspace import Workspace

NEAREST, SAMPLE, MAP = "Nearest to each prompt", "Random sample", "From the Map page"
COSINE, PROBABILITY = "Cosine", "Probability"
COLUMNS, ROWS = 24, 25
"""Items and prompts of the table at once."""
AROUND = 24
"""Items shown of one prompt."""
MOST_CELLS = 5_000_000
"""Of a table that a page hands out; a larger one is the command's work."""
LARGE = "The table would be too large for the browser: `python -m core semantics … --out FILE.npz` writes it"
WHOLE = "A row an item: its cosine with every prompt, its class, caption, label and columns"


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
    with st.container(key="matrix-below", horizontal=True, vertical_alignment="center", gap="small"):
        what = "cosine similarity" if measure == COSINE else "zero-shot probability"
        st.caption(
            f"Each cell: the {what} of a prompt and an item; ringed, the item's best prompt. Click a prompt for its "
            "nearest items, a picture or a cell to see the item.",
            width="stretch",
        )
        _downloads(workspace, found, drawn)
    row, column = clicked or (None, None)
    if column is not None:
        pictured.look(workspace, str(found.run.ids[columns[column]]))
    elif row is not None:
        st.session_state[_key(found)] = prompts.start + row
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
    every = found.cosines(slice(None), rows).T if shares is None else shares.T
    low, high = (min(0.0, float(values.min())), float(values.max())) if shares is None else (0.0, 1.0)
    best = np.arange(len(every))[:, None] == every.argmax(axis=0)
    return Grid(
        rows=[Head(formats.shortened(name, 60), title=name) for name in names],
        columns=[
            Head(formats.shortened(caption), thumbnails.get(id), caption)
            for id, caption in zip(ids, captions, strict=True)
        ],
        values=values,
        scale=Scale(low, high, scale_colours()),
        written=lambda value: f"{value:.2f}" if shares is None else f"{100 * value:.0f} %",
        hover=lambda row, column: f"“{names[row]}” and “{captions[column]}”: {values[row, column]:.3f}",
        marked=best[prompts],
    )


def default_rows(found: Compared, each: int) -> Integers:
    """The items nearest to each of the first prompts, so many of each, each item once."""
    nearest = [highest(cosines, each).tolist() for cosines in found.cosines(slice(0, ROWS)).T]
    return np.array(list(dict.fromkeys(row for rows in nearest for row in rows)), dtype=np.int64)


def _kind(found: Compared) -> str:
    """Which items."""
    options = [NEAREST, SAMPLE, *([MAP] if state().group else [])]
    return switch("Items", options, "matrix-kind")


def _items(found: Compared, kind: str) -> Integers:
    if kind == MAP and (group := state().group):
        rows = places(group.ids, found.run.ids)
        return rows[rows >= 0]
    each = 2 if len(found.run.prompts) <= 8 else 1
    if kind == NEAREST:
        return default_rows(found, each)
    count = min(len(found.run.ids), 2 * COLUMNS // 3)
    return np.sort(np.random.default_rng(0).choice(len(found.run.ids), count, replace=False))


def _measure(found: Compared) -> str:
    if not found.run.has_classes or found.run.figures.logit_scale is None:
        return COSINE
    help = "Probability: the softmax over the classes of the cosines times the model's own logit scale"
    return switch("Measure", [COSINE, PROBABILITY], "matrix-measure", help)


def _downloads(workspace: Workspace, found: Compared, drawn: Grid) -> None:
    """All items against all prompts as CSV and Parquet, and the figure on screen as HTML."""
    large = len(found.run.ids) * len(found.run.prompts) > MOST_CELLS
    help = LARGE if large else WHOLE
    downloads.button("CSV", lambda: downloads.csv(found.table()), "cosines.csv", help, disabled=large)
    downloads.button("Parquet", lambda: downloads.parquet(found.table()), "cosines.parquet", help, disabled=large)
    figure = partial(drawn.page, f"{workspace.name}: {', '.join(found.run.prompts.texts[:3])} …")
    downloads.button("Figure", figure, "prompts.html", "The table above as an HTML file of its own")


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
        values = by_item(found.run.ids, found.cosines(int(prompt)).astype(float))
        column = f"cosine: {formats.shortened(text, 60)}"
        pictured.by_column(workspace, column, "the cosines", values, "around-colour")
    with st.container(key="around"):
        notes = {id: f"{value:.3f}" for id, value in zip(ids, cosines.tolist(), strict=True)}
        pictured.shown(workspace, ids, f"around-{found.run.card.id}-{prompt}", notes)
    st.caption(f"The figure on a picture: its cosine with “{escaped(formats.shortened(text, 80))}”.")


def _key(found: Compared) -> str:
    return f"around-{found.run.card.id}"
