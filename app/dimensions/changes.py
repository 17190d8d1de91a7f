"""Which pairs broke at a D' and which were won, against all dimensions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.dimensions.curves import Curve, Measure

PARTS = {"i2t": "caption", "t2i": "image"}
"""What is sought each way."""


@dataclass(frozen=True, eq=False)
class Changes:
    """lost, won: a row a pair: `id`, `way`, `before` and `after` (ranks, 0 = nearest).

    Those that moved farthest come first; of several directions and splits the farthest move stands. tries: held-out
    pairs times directions times splits; lost_tries, won_tries: how many of these.
    """

    lost: pd.DataFrame
    won: pd.DataFrame
    tries: int
    lost_tries: int
    won_tries: int


def changes(curve: Curve, dimension: int, by: Measure) -> Changes:
    """Every held-out pair whose match is right with all dimensions and wrong with D', and the other way round."""
    moved = pd.concat([_moved(curve, curve.at(dimension), way, by) for way in by.ways], ignore_index=True)
    lost, won = moved[moved["before"] < moved["after"]], moved[moved["before"] > moved["after"]]
    tries = curve.held_out.size * len(by.ways)
    return Changes(_distinct(lost), _distinct(won), tries, len(lost), len(won))


def places(curve: Curve, dimension: int, id: str) -> pd.DataFrame:
    """Where the partner of one pair lies: a row a split that held it out and direction, `way`, `before`, `after`."""
    rows = [
        (way, int(curve.full[way][split, place]), int(curve.reduced[way][curve.at(dimension), split, place]))
        for split, place in zip(*np.nonzero(curve.ids[curve.held_out] == id), strict=True)
        for way in ("i2t", "t2i")
    ]
    return pd.DataFrame(rows, columns=["way", "before", "after"])


def place(rank: int) -> str:
    """As a person counts: `1st`, `2nd`, `11th`.

    >>> [place(rank) for rank in (0, 1, 2, 3, 10, 20, 110)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st', '111th']
    """
    number = rank + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _moved(curve: Curve, at: int, way: str, by: Measure) -> pd.DataFrame:
    before, after = curve.full[way], curve.reduced[way][at]
    changed: NDArray[Any] = (before < by.depth) != (after < by.depth)
    found = {
        "id": curve.ids[curve.held_out[changed]],
        "way": way,
        "before": before[changed],
        "after": after[changed],
    }
    return pd.DataFrame(found)


def _distinct(moved: pd.DataFrame) -> pd.DataFrame:
    """One row a pair, the farthest move."""
    farthest = (moved["after"] - moved["before"]).abs().sort_values(ascending=False, kind="stable").index
    return moved.loc[farthest].drop_duplicates("id")
