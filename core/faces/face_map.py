"""A map of embedded faces, on which the path of an edit is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.inputs import open_workspace
from core.results import Floats, Strings, places
from core.runs.map import MapRun

NEIGHBOURS = 10


@dataclass(frozen=True)
class FaceMap:
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


def face_map(workspace: str, model: str) -> FaceMap | None:
    """The newest map of a workspace's images by a model, or else their two principal components.

    None where that model has not embedded at least three images there.
    """
    place = open_workspace(workspace)
    return _face_map(place.path, place.version, model)


@lru_cache(maxsize=2)
def _face_map(path: str, version: int, model: str) -> FaceMap | None:
    from core.maps import pca

    place = open_workspace(path)
    if sum(each.count for each in place.models() if (each.model, each.modality) == (model, "image")) < 3:
        return None
    embedded = place.embeddings(model, "image")
    for card in reversed(place.runs(MapRun.KIND)):
        drawn = MapRun.load(place, card.id) if card.model == model else None
        if drawn and (drawn.modality == "image").sum() >= 3:
            rows = places(drawn.ids, embedded.ids)
            known = (drawn.modality == "image") & (rows >= 0)
            return FaceMap(drawn.ids[known], embedded.vectors[rows[known]], drawn.xy[known], card.title)
    return FaceMap(embedded.ids, embedded.vectors, pca.fit(embedded.vectors, pca.Params()).xy, "PCA")
