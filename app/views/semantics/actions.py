"""What to take away from a comparison with prompts: all cosines as a table, the figure as a page, columns of items."""

from functools import partial

import numpy as np
import pandas as pd

from app.kit import downloads, pictured, store
from app.views.semantics.grid import Grid
from app.views.semantics.prompt_found import Compared, brief
from core.results import Strings
from core.runs.semantics import SemanticsRun
from core.workspace import Workspace
from core.workspace.columns import safe_name

MOST_CELLS = 5_000_000
"""Of a table that a page hands out; a larger one is the command's work."""
LARGE = "The table would be too large for the browser: `python -m core semantics … --out FILE.npz` writes it"


def cosines(workspace: Workspace, found: Compared, drawn: Grid) -> None:
    """All items against all prompts as CSV and Parquet, and the figure on screen as HTML."""
    large = len(found.run.ids) * len(found.run.prompts) > MOST_CELLS
    whole = partial(table, workspace, found)
    ways = (
        ("CSV", lambda: downloads.csv(whole()), "cosines.csv"),
        ("Parquet", lambda: downloads.parquet(whole()), "cosines.parquet"),
    )
    for title, make, file in ways:
        help = LARGE if large else "A row an item: its cosine with every prompt, its class, caption, label and columns"
        downloads.button(title, make, file, help, disabled=large)
    figure = partial(drawn.page, f"{workspace.name}: {', '.join(found.run.prompts.texts[:3])} …")
    downloads.button("Figure", figure, "prompts.html", "The table above as an HTML file of its own")


def table(workspace: Workspace, found: Compared) -> pd.DataFrame:
    """A row an item: id, a column a prompt, the predicted class and its probability, what else is known of the item."""
    values = pd.DataFrame(found.cosines(slice(None)), columns=[f"cosine: {text}" for text in found.run.prompts.texts])
    guessed = {}
    if found.run.has_classes:
        guessed = {"predicted": predicted(found.run), "probability": found.run.zero_shot.probability}
    known = store.items(workspace).frame.reindex(found.run.ids).reset_index(drop=True)
    return pd.concat([pd.DataFrame({"id": found.run.ids}), values, pd.DataFrame(guessed), known], axis=1)


def colour(workspace: Workspace, found: Compared, prompt: int) -> None:
    """A button that writes the cosines with a prompt as a column, which colours the map."""
    text = found.run.prompts.texts[prompt]
    column = safe_name(f"cosine: {brief(text, 60)}")
    values = dict(zip(found.run.ids.tolist(), found.cosines(prompt).astype(float).tolist(), strict=True))
    help = f"Writes the cosines as the column “{column}”, by which the map can be coloured"
    pictured.by_column(workspace, column, values, "around-colour", help)


def classes(workspace: Workspace, run: SemanticsRun) -> None:
    """A button that writes the predicted classes as a column, which colours the map."""
    help = "Writes the class of each item as the column “zero-shot class”, by which the map can be coloured"
    values = dict(zip(run.ids.tolist(), predicted(run).tolist(), strict=True))
    pictured.by_column(workspace, "zero-shot class", values, "classes-colour", help)


def predicted(run: SemanticsRun) -> Strings:
    """The class of each item by its name: (N,)."""
    return np.asarray(run.prompts.names)[run.zero_shot.predicted]
