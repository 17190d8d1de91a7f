"""Which pairs broke at a D' and which were won, against all dimensions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.views.dimensions.measure import Measure
from core.runs.reduction import ReductionRun

PARTS = {"i2t": "caption", "t2i": "image"}
"""What is sought each way."""


@dataclass(frozen=True, eq=False)
class Changes:
    """lost, won: a row a pair: `id`, `way`, `before` and `after` (ranks, 0 = nearest), `instead`.

    instead: what is nearest but for the partner where the match is wrong: with D' of a lost one, with all dimensions
    of a won one. Those that moved farthest come first; of several directions and splits the farthest move stands.
    tries: held-out pairs times directions times splits; lost_tries, won_tries: how many of these.
    """

    lost: pd.DataFrame
    won: pd.DataFrame
    tries: int
    lost_tries: int
    won_tries: int


def changes(curve: ReductionRun, dimension: int, by: Measure) -> Changes:
    """Every held-out pair whose match is right with all dimensions and wrong with D', and the other way round."""
    moved = pd.concat([_moved(curve, curve.at(dimension), way, by) for way in by.ways], ignore_index=True)
    lost, won = moved[moved["before"] < moved["after"]], moved[moved["before"] > moved["after"]]
    tries = sum(int(_asked(curve, way).sum()) for way in by.ways)
    return Changes(_distinct(lost), _distinct(won), tries, len(lost), len(won))


def places(curve: ReductionRun, dimension: int, id: str) -> pd.DataFrame:
    """Where the partner of one pair lies: a row a direction and split that held it out, `way`, `before`, `after`.

    Of an item with several captions each asks. caption: its own id. other_before, other_after: what is nearest but for
    the partner.
    """
    mine = np.isin(curve.held_out, np.flatnonzero(curve.ids == id))
    asked = {way: np.nonzero(mine & _asked(curve, way)) for way in ("i2t", "t2i")}
    rows = (_rows(curve, curve.at(dimension), way, split, pair) for way, (split, pair) in asked.items())
    return pd.concat(rows, ignore_index=True)


def _asked(curve: ReductionRun, way: str) -> NDArray[np.bool_]:
    """Which held-out pairs ask: of an image one, of captions each."""
    return curve.asks if way == "i2t" else np.ones_like(curve.asks)


def _moved(curve: ReductionRun, at: int, way: str, by: Measure) -> pd.DataFrame:
    before, after = curve.full[way], curve.reduced[way][at]
    changed = ((before < by.depth) != (after < by.depth)) & _asked(curve, way)
    rows = _rows(curve, at, way, *np.nonzero(changed))
    rows["instead"] = rows["other_after"].where(rows["before"] < rows["after"], rows["other_before"])
    return rows


def _rows(curve: ReductionRun, at: int, way: str, split: NDArray[Any], pair: NDArray[Any]) -> pd.DataFrame:
    """One direction of held-out pairs by their splits and places there."""
    found = {
        "id": curve.ids[curve.held_out[split, pair]],
        "caption": curve.caption_ids[curve.held_out[split, pair]],
        "split": split,
        "way": way,
        "before": curve.full[way][split, pair],
        "after": curve.reduced[way][at][split, pair],
        "other_before": curve.others(way, None, split, pair),
        "other_after": curve.others(way, at, split, pair),
    }
    return pd.DataFrame(found)


def _distinct(moved: pd.DataFrame) -> pd.DataFrame:
    """One row a pair, the farthest move."""
    farthest = (moved["after"] - moved["before"]).abs().sort_values(ascending=False, kind="stable").index
    return moved.loc[farthest].drop_duplicates("id")
