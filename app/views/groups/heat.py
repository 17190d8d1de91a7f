"""Distances between groups as a heat map of any size: a click tells which two groups."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

import numpy as np

from app.kit import component
from app.kit.charts import scale_colours
from app.kit.gallery import data_url
from core.results import Floats

HTML = (
    '<div class="heat"><canvas aria-label="Distances between groups"></canvas><div class="note" hidden></div>'
    '<div class="scale"><span class="low"></span><span class="bar"></span><span class="high"></span>'
    '<button class="save" title="Saves the heat map as a picture">PNG</button></div></div>'
)


def heat(
    between: Floats,
    order: Sequence[int],
    names: Sequence[str],
    pictures: Mapping[int, bytes],
    chosen: int | None,
    key: str,
) -> tuple[int, int] | None:
    """Draws the distances between G groups and returns the two that were just clicked.

    between: (G, G) float32; order: groups as the heat map has them; names: (G,); pictures: thumbnails by group.
    """
    values, low, high = levels(between[np.ix_(order, order)])
    places = {int(group): place for place, group in enumerate(order)}
    data = {
        "values": b64encode(values.tobytes()).decode(),
        "low": low,
        "high": high,
        "names": [str(names[group]) for group in order],
        "pictures": [data_url(pictures[group]) if group in pictures else None for group in map(int, order)],
        "palette": list(reversed(scale_colours())),
        "chosen": None if chosen is None else places[chosen],
    }
    clicked = component.clicked(__file__, data, key, HTML)
    return (int(order[clicked[0]]), int(order[clicked[1]])) if clicked else None


def levels(between: Floats) -> tuple[np.ndarray, float, float]:
    """As 0 … 255 between the least and the largest distance of two groups, and these; (G, G) uint8."""
    apart = between[~np.eye(len(between), dtype=bool)]
    low, high = float(apart.min()), float(apart.max())
    share = np.clip((between - low) / ((high - low) or 1.0), 0, 1)
    return np.round(255 * share).astype(np.uint8), low, high
