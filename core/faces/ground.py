"""A map of embedded faces as the ground on which the path of an edit is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.inputs import open_workspace
from core.results import Floats, Strings
from core.runs.map import MapRun

if TYPE_CHECKING:
    from core.workspace import RunCard, Workspace

NEIGHBOURS = 10


@dataclass(frozen=True)
class Ground:
    """ids: (N,) str, of images. vectors: (N, D) float32, unit norm. xy: (N, 2) float32. title: how it was drawn."""

    ids: Strings
    vectors: Floats
    xy: Floats
    title: str

    def place(self, vectors: Floats) -> Floats:
        """Where unit rows (M, D) belong: (M, 2), the mean of their nearest faces' places, each by its nearness.

        Inverse squared distances (Shepard: *A two-dimensional interpolation function for irregularly-spaced data*,
        1968), so that a face of the map lies where the map has it.
        """
        cosines = vectors @ self.vectors.T
        nearest = np.argpartition(-cosines, min(NEIGHBOURS, len(self.xy)) - 1, axis=1)[:, :NEIGHBOURS]
        away = np.maximum(1 - np.take_along_axis(cosines, nearest, axis=1), 1e-7)
        weights = 1 / away
        return np.einsum("mk,mkc->mc", weights / weights.sum(1, keepdims=True), self.xy[nearest])


def ground(workspace: str, model: str) -> Ground | None:
    """The newest map of a workspace's images by a model, or else their two principal components.

    None where that model has not embedded at least three images there.
    """
    place = open_workspace(workspace)
    return _ground(place.path, place.version, model)


@lru_cache(maxsize=2)
def _ground(path: str, version: int, model: str) -> Ground | None:
    place = open_workspace(path)
    if sum(each.count for each in place.models() if (each.model, each.modality) == (model, "image")) < 3:
        return None
    embedded = place.embeddings(model, "image")
    for card in reversed(place.runs("map")):
        if card.model == model and (found := _of_run(place, card)):
            ids, xy = found
            rows = {id: row for row, id in enumerate(embedded.ids.tolist())}
            known = np.array([id in rows for id in ids.tolist()])
            vectors = embedded.vectors[[rows[id] for id in ids[known].tolist()]]
            return Ground(ids[known], vectors, xy[known], card.title)
    return Ground(embedded.ids, embedded.vectors, _principal(embedded.vectors), "PCA")


def _of_run(place: Workspace, card: RunCard) -> tuple[Strings, NDArray[np.float32]] | None:
    """Ids and places of a map's images; None where it has fewer than three."""
    drawn = MapRun.load(place, card.id)
    images = drawn.modality == "image"
    return (drawn.ids[images], drawn.xy[images]) if images.sum() >= 3 else None


def _principal(vectors: Floats) -> Floats:
    from core.maps import pca

    return pca.fit(vectors, pca.Params()).xy
