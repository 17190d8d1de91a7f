"""A part of the map as a table: what the drawer's export buttons write."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.kit.items import Items
from app.kit.state import Group
from app.scatter.drawn import NAMES, Drawn
from core.workspace.captions import caption_id


def table(drawn: Drawn, items: Items, rows: NDArray[np.integer], group: Group) -> pd.DataFrame:
    """One row a point: id, image or caption, place on the map, caption, label, columns, the group's title, score.

    Of an item with several captions, a point of a caption has its own, that of the image the first.
    """
    ids = drawn.ids[rows]
    xy = drawn.points.xy[rows]
    kinds = [NAMES[each] for each in drawn.modality[rows]]
    places = pd.DataFrame({"id": ids, "point": kinds, "x": xy[:, 0], "y": xy[:, 1], "selection": group.title})
    known = items.frame.reindex(ids).reset_index(drop=True)
    known["caption"] = [
        items.caption(caption_id(*each)) for each in zip(ids.tolist(), drawn.caption[rows], strict=True)
    ]
    scores = pd.DataFrame({"score": [group.scored.get(id) for id in ids]}) if group.scores else pd.DataFrame()
    return pd.concat([places, known, scores], axis=1)
