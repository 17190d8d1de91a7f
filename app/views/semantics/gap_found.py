"""Of a saved modality gap: the pairs that centring changes, and the places of images and captions on its plane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import store
from app.kit.publish import fingerprint
from app.scatter import CAPTION, IMAGE, Points
from core.errors import MissingData
from core.results import Floats
from core.runs.gap import GapRun, Way
from core.workspace import RunCard, Workspace

WAYS: Mapping[Way, str] = {"i2t": "Image → text", "t2i": "Text → image"}
BESIDE = 1.12
"""Widths from the one space to the other on the map."""


def changed(found: GapRun, way: Way) -> pd.DataFrame:
    """Pairs whose match centring makes wrong or right: `id`, `before`, `after`, ranks from 1; farthest first.

    An image is there once; of an item's captions, the one that moves farthest.
    """
    before, after = (each.ranks(way).astype(np.int64) + 1 for each in (found.before, found.after))
    every = pd.DataFrame({"id": found.ids[found.matched], "before": before, "after": after})
    frame = every[(before == 1) != (after == 1)]
    farthest = (frame["after"] - frame["before"]).abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[farthest].drop_duplicates("id")


@dataclass(frozen=True, eq=False)
class Drawn:
    """points: images and captions as they are on the left, centred on the right. ids: (4 N,), the item of each."""

    points: Points
    ids: NDArray[np.str_]


def drawn(workspace: Workspace, card: RunCard) -> Drawn:
    """Both spaces in the same units on the plane of the gap and the direction of most variance across it."""
    return _drawn(workspace.path, workspace.version, card.id)


def places(image: Floats, text: Floats, found: GapRun) -> NDArray[np.float32]:
    """Of N images and captions (N, D) on the plane, as they are and centred: (4, N, 2)."""
    centred = [_unit(image - found.image_mean), _unit(text - found.text_mean)]
    return np.stack([x @ found.plane.T for x in (image, text, *centred)])


@st.cache_resource(show_spinner="Reading the embeddings …", max_entries=2)
def _drawn(path: str, version: int, run: str) -> Drawn:
    workspace = store.opened(path)
    found = GapRun.load(workspace, run)
    ids, items = found.ids, store.items(workspace)
    image, text = (_rows(workspace, found.card.model, *side) for side in (("image", ids), ("text", found.caption_ids)))
    xy = places(image, text, found)
    width = float(np.ptp(xy[..., 0]))
    xy[2:, :, 0] += BESIDE * width + (xy[:2, :, 0].mean() - xy[2:, :, 0].mean())
    item = np.tile(items.frame.index.get_indexer(ids).astype(np.int32), 4)
    kind = np.tile(np.repeat(np.array([IMAGE, CAPTION], np.uint8), len(ids)), 2)
    flat = xy.reshape(-1, 2).astype(np.float32)
    key = fingerprint(flat.tobytes(), item.tobytes(), "\n".join(items.lines))
    return Drawn(Points(key, flat, item, kind, items.lines), np.tile(ids, 4))


def _rows(workspace: Workspace, model: str, modality: str, ids: Sequence[str] | NDArray[np.str_]) -> Floats:
    found = workspace.every_embedding(model, modality)
    rows = pd.Index(found.ids).get_indexer(ids)
    if gone := int((rows < 0).sum()):
        raise MissingData(f"{gone:,} of the pairs are no longer embedded by {model}: measure the gap again")
    return found.vectors[rows]


def _unit(x: Floats) -> Floats:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
