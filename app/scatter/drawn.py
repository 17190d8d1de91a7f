"""A saved run as points to draw: which row is which item."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.kit.items import Items
from app.kit.publish import fingerprint
from app.scatter import CAPTION, IMAGE, Points
from core.runs.map import MapRun

PARTS = {"Both": ("image", "text"), "Images": ("image",), "Captions": ("text",)}
NAMES = {"image": "image", "text": "caption"}


@dataclass(frozen=True, eq=False)
class Drawn:
    """points: what the map component draws. ids: (N,) the item of each row. modality: (N,) "image" or "text".

    caption: (N,) which caption of its item a row is, from 0.
    """

    points: Points
    ids: NDArray
    modality: NDArray
    caption: NDArray[np.int64]

    @classmethod
    def of(cls, run: MapRun, items: Items, part: str) -> "Drawn":
        """The rows of a part ("Both", "Images", "Captions") whose items are still in the workspace."""
        place = items.frame.index.get_indexer(run.ids)
        kept = (place >= 0) & np.isin(run.modality, PARTS[part])
        xy, item = run.xy[kept], place[kept].astype(np.int32)
        kind = np.where(run.modality[kept] == "text", CAPTION, IMAGE).astype(np.uint8)
        key = fingerprint(xy.tobytes(), item.tobytes(), kind.tobytes(), "\n".join(items.lines))
        return cls(Points(key, xy, item, kind, items.lines), run.ids[kept], run.modality[kept], run.captions[kept])

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: Collection[str]) -> NDArray[np.bool_]:
        """Which rows belong to these items: (N,) bool."""
        return np.isin(self.ids, np.asarray(list(ids), dtype=self.ids.dtype))

    def values(self, ids: NDArray[np.str_], values: NDArray[Any], without: Any) -> NDArray[Any]:
        """What each of these items has, for each row; `without` for rows of other items: (N,)."""
        places = pd.Index(ids).get_indexer(self.ids)
        return np.where(places < 0, without, values[places])

    def items(self, rows: NDArray[np.integer]) -> list[str]:
        """The items of these rows, each once, in the rows' order."""
        return list(dict.fromkeys(self.ids[rows].tolist()))
