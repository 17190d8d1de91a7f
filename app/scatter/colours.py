"""A column as colours of points."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.kit.charts import category_colours
from app.kit.items import MANY, Items
from app.scatter import Colour, Label
from app.scatter.drawn import Drawn
from core.runs.clustering import NOISE

NOTHING = "(empty)"
REST = "other"
GREY = "#8a8f98"


def colour(column: str | None, items: Items, drawn: Drawn) -> Colour | None:
    """The column's values of each row; None colours images and captions apart."""
    if column is None:
        return None
    values = items.values(column, drawn.ids)
    title = column.replace("_", " ")
    if items.kind(column) == "number":
        return Colour(title, values=pd.to_numeric(values, errors="coerce").to_numpy(np.float64))
    return categories(title, values)


def categories(title: str, values: pd.Series) -> Colour:
    """A code a value, the most frequent first; beyond `MANY` values the rare ones are one, which says how many."""
    texts = values.map(_text).replace("", NOTHING)
    counts = texts.value_counts()
    names = list(counts.index[:MANY]) if len(counts) > MANY else sorted(counts.index, key=lambda name: name == NOTHING)
    rest = [f"{REST}: {len(counts) - MANY:,} values"] if len(counts) > MANY else []
    codes = pd.Index(names).get_indexer(texts)
    names, codes = names + rest, np.where(codes < 0, len(names), codes)
    shades = zip(names, category_colours(names), strict=True)
    grey = (NOISE, NOTHING)  # what a clustering left over, and what has no value
    palette = [GREY if name in grey else shade for name, shade in shades]
    return Colour(title, codes=codes, names=names, palette=palette)


def _text(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value)


def labels(drawn: Drawn, group: NDArray[np.integer], names: Mapping[int, str]) -> list[Label]:
    """A label for each named group that has points, the largest group first.

    group: (N,), the number of each point's group. The middle is the median along each axis, which a few points far
    away do not move; a name never stands in empty space between the parts of its group.
    """
    found = []
    for number, name in names.items():
        rows = np.flatnonzero(group == number)
        if len(rows):
            xy = drawn.points.xy[rows]
            nearest = np.square(xy - np.median(xy, axis=0)).sum(axis=1).argmin()
            found.append((len(rows), Label(name, int(rows[nearest]))))
    return [label for _, label in sorted(found, key=lambda each: -each[0])]
