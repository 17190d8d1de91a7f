"""What the tables of comparisons share: numbers shown as texts, by which they are not sorted; the best in bold."""

from collections.abc import Callable, Iterable
from itertools import cycle
from typing import Any

import pandas as pd


def written(styler: Any, column: str, texts: Iterable[str | None]) -> Any:
    """Each number of a column of a Pandas `Styler` as its own text; None: a stroke.

    A `Styler` draws a column from its first row to its last, each time; a form a cell would take seventy times as long.
    """
    in_turn = cycle(list(texts))
    return styler.format(lambda _: next(in_turn) or "–", subset=[column])


def bold(column: pd.Series, best: Callable[[pd.Series], float] = max) -> list[str]:
    """The style of each cell: the best are bold, unless all are alike."""
    known = column.dropna()
    if known.nunique() < 2:
        return [""] * len(column)
    goal = best(known)
    return ["font-weight: 700" if value == goal else "" for value in column]
