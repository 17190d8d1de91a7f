"""Zero-shot classes: how many items each gets, how many rightly, and which class is taken for which."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from app.kit import formats, forms, pictured
from app.kit.charts import scale_colours
from app.kit.messages import escaped
from app.views.semantics.compared import predicted
from app.views.semantics.grid import Grid, Head, Scale, grid
from app.views.semantics.results import by_item
from core.results import Integers
from core.runs.semantics import SemanticsRun
from core.semantics.results import Confusion
from core.workspace import Workspace

MOST, LARGEST = 30, 1_000
"""Classes of the confusion matrix on screen, and those up to which it is counted at all."""
SHOWN = 36
NEAR_CHANCE = 2.0
"""Standard errors above chance that an accuracy must reach to say something."""


@dataclass(frozen=True)
class Cell:
    """Items of one true class (None: of any) that are taken for one class (None: for any)."""

    true: int | None
    predicted: int | None

    def rows(self, run: SemanticsRun) -> Integers:
        """The surest first."""
        kept = np.ones(len(run.ids), dtype=bool)
        if self.true is not None:
            kept &= run.true == self.true
        if self.predicted is not None:
            kept &= run.zero_shot.predicted == self.predicted
        rows = np.flatnonzero(kept)
        return rows[np.argsort(-run.zero_shot.probability[rows], kind="stable")]

    def title(self, names: tuple[str, ...]) -> str:
        """`shirt taken for t-shirt`"""
        true, predicted = (None if each is None else names[each] for each in (self.true, self.predicted))
        if true is None:
            return f"taken for {predicted}"
        if predicted is None:
            return f"all of {true}"
        return f"{true}, rightly" if true == predicted else f"{true} taken for {predicted}"


def show(workspace: Workspace, run: SemanticsRun) -> None:
    """The figures, the table of classes beside the confusion matrix, and the items of the cell that was clicked."""
    names, confusion = run.prompts.names, run.confusion
    _head(workspace, run, confusion)
    with st.container(key="classes-stage", horizontal=True, gap="medium"):
        with st.container(key="classes-table", width=410):
            chosen = _table(run, confusion)
        if confusion is not None and len(names) <= LARGEST:
            with st.container(key="classes-confusion"):
                chosen = _confusion(run, confusion) or chosen
    if chosen:
        st.session_state[_key(run)] = chosen
    _gallery(workspace, run, names, st.session_state.get(_key(run)) or first(run))


def first(run: SemanticsRun) -> Cell:
    """What is shown before anybody has clicked: the largest confusion, else the largest class."""
    if run.confusion is None or len(run.prompts.names) > LARGEST:
        return Cell(None, int(np.bincount(run.zero_shot.predicted).argmax()))
    counts = run.confusion.counts
    wrong = counts - np.diag(np.diag(counts))
    true, predicted = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return Cell(int(true), int(predicted)) if wrong.any() else Cell(0, 0)


def near_chance(confusion: Confusion) -> str:
    """Whether the accuracy says anything, in a sentence; empty where it does."""
    chance = 1 / confusion.classes
    error = np.sqrt(chance * (1 - chance) / confusion.items)
    if confusion.accuracy > chance + NEAR_CHANCE * error:
        return ""
    return "No better than chance: this model does not see these classes by these words."


def _head(workspace: Workspace, run: SemanticsRun, confusion: Confusion | None) -> None:
    names = run.prompts.names
    with st.container(key="classes-head", horizontal=True, vertical_alignment="center", gap="medium"):
        st.subheader("Zero-shot classes", anchor=False, width="content", help=_HELP)
        if confusion is not None:
            share, label = formats.percent(confusion.accuracy), str(run.figures.label or "label").replace("_", " ")
            line = f"Accuracy **{share}** of {formats.counted(confusion.items, 'item')} by the column "
            line += f"“{escaped(label)}”; chance {formats.percent(1 / len(names))}"
        else:
            line = f"No labels to check {formats.counted(len(names), 'class', 'classes')} against; mean probability "
            line += f"of the chosen one **{formats.percent(float(run.zero_shot.probability.mean()))}**"
        st.markdown(line, width="stretch")
        values = by_item(run.ids, predicted(run))
        pictured.by_column(workspace, "zero-shot class", "the class of each item", values, "classes-colour")
    if confusion is not None and (warning := near_chance(confusion)):
        st.caption(f":orange[:material/warning:] {warning}")


_HELP = (
    "An item's class is the one whose text is nearest: the mean over its prompts and templates, as a unit vector. "
    "Probability: softmax of the cosines times the model's logit scale. Radford et al., 2021."
)


def classes(run: SemanticsRun, confusion: Confusion | None) -> pd.DataFrame:
    """A row a class: `class`, `predicted`, and with labels `items`, `right`: the share of them that is found."""
    names = run.prompts.names
    table = pd.DataFrame({"class": names, "predicted": np.bincount(run.zero_shot.predicted, minlength=len(names))})
    if confusion is not None:
        table["items"], table["right"] = confusion.totals, 100 * confusion.recalls
    return table


def _table(run: SemanticsRun, confusion: Confusion | None) -> Cell | None:
    number = st.column_config.NumberColumn
    columns = {
        "class": st.column_config.TextColumn("Class", width=130),
        "predicted": number("Predicted", format="localized", width=80, help="Items whose nearest class it is"),
        "items": number("Labelled", format="localized", width=80, help="Items with this label"),
        "right": st.column_config.ProgressColumn(
            "Right", min_value=0, max_value=100, format="%.1f %%", width=110, help="Of the labelled ones"
        ),
    }
    clicked, key = forms.table(classes(run, confusion), f"classes-{run.card.id}", columns), f"touched-{run.card.id}"
    if clicked == st.session_state.get(key):
        return None
    st.session_state[key] = clicked
    return None if clicked is None else Cell(None, clicked)


def confused(confusion: Confusion) -> Integers:
    """The classes on screen: all, or those with the most mistakes, in their order."""
    counts = confusion.counts
    wrong = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    return np.sort(np.argsort(-wrong, kind="stable")[:MOST])


def heat_map(run: SemanticsRun, confusion: Confusion) -> Grid:
    """A row a true class, a column a predicted one: the share of the row; the right ones are ringed."""
    shown = confused(confusion)
    counts = confusion.counts[np.ix_(shown, shown)]
    names = [run.prompts.names[place] for place in shown]
    heads = [Head(formats.shortened(name, 24), title=name) for name in names]
    totals = confusion.totals[shown][:, None]
    shares = np.where(totals > 0, 100 * counts / np.maximum(totals, 1), np.nan)
    return Grid(
        rows=heads,
        columns=heads,
        values=shares,
        scale=Scale(0, 100, scale_colours()),
        written=lambda share: f"{share:.0f}" if share >= 0.5 else "",
        hover=lambda row, column: (
            f"{names[row]} taken for {names[column]}: {counts[row, column]:,} items, "
            f"{shares[row, column]:.3g} % of the row"
        ),
        marked=np.eye(len(shown), dtype=bool),
        small=len(shown) > 20,
        corner="true ↓ taken for →",
    )


def _confusion(run: SemanticsRun, confusion: Confusion) -> Cell | None:
    shown = confused(confusion)
    clicked = grid(heat_map(run, confusion), f"confusion-{run.card.id}")
    most = f" The {MOST} of {confusion.classes:,} classes with the most mistakes." if confusion.classes > MOST else ""
    st.caption(f"Per cent of a row's items. Click a cell, a row or a column for its items.{most}")
    if clicked is None:
        return None
    row, column = (None if place is None else int(shown[place]) for place in clicked)
    return Cell(row, column)


def _gallery(workspace: Workspace, run: SemanticsRun, names: tuple[str, ...], cell: Cell) -> None:
    rows = cell.rows(run)
    title = cell.title(names)
    ids = run.ids[rows].tolist()
    with st.container(key="classes-gallery-bar", horizontal=True, vertical_alignment="center", gap="small"):
        first = f", the {SHOWN} surest shown" if len(rows) > SHOWN else ""
        st.markdown(f"**{escaped(title.capitalize())}**: {formats.counted(len(rows), 'item')}{first}", width="stretch")
        pictured.to_the_map(workspace, title, ids, "classes-map")
    sure = run.zero_shot.probability[rows[:SHOWN]].tolist()
    notes = {id: f"{100 * value:.0f} %" for id, value in zip(ids, sure, strict=False)}
    with st.container(key="classes-gallery"):
        pictured.shown(workspace, ids[:SHOWN], f"cell-{run.card.id}", notes)
    st.caption("The figure on a picture: how probable the model holds the class that it chose.")


def _key(run: SemanticsRun) -> str:
    return f"cell-chosen-{run.card.id}"
