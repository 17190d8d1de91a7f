"""A map: where the images and captions of a workspace lie in the plane, and how far that can be trusted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.results import Floats, Integers, Strings
from core.runs.record import Record, Result


@dataclass(frozen=True, kw_only=True)
class MapFigures:
    """trustworthiness, neighbour_preservation: between 0 and 1, of so many neighbours, perhaps of a sample of rows.

    placed: how many points came later, onto the map of the run `parent`. partial: stopped before its end.
    """

    trustworthiness: float | None = None
    neighbour_preservation: float | None = None
    quality_neighbours: int = 15
    quality_sample: int | None = None
    placed: int = 0
    parent: str | None = None
    partial: bool = False


class MapResult(Result, frozen=True, kw_only=True):
    """What the commands `map` and `place` return; run: None where nothing keeps it, placed: points new on the map."""

    run: str | None
    seconds: float
    trustworthiness: float | None = None
    neighbour_preservation: float | None = None
    placed: int | None = None
    partial: bool = False

    def summary(self) -> str:
        """What came of it, in a few words."""
        if self.placed is not None:
            return f"{self.placed:,} new point{'' if self.placed == 1 else 's'} on the map"
        return _trust(self.trustworthiness)


@dataclass(frozen=True, eq=False)
class MapRun(Record[MapFigures]):
    """N points. ids: (N,) of items; modality: (N,) "image" or "text"; xy: (N, 2); caption: (N,) see `captions`."""

    KIND = "map"
    FIGURES = MapFigures

    ids: Strings
    modality: Strings
    xy: Floats
    caption: Integers | None = None

    def summary(self) -> str:
        return _trust(self.figures.trustworthiness)

    @cached_property
    def captions(self) -> Integers:
        """Which of its item's captions a point is, from 0: (N,)."""
        return np.zeros(len(self.ids), dtype=np.int64) if self.caption is None else self.caption


def _trust(trustworthiness: float | None) -> str:
    return "not judged" if trustworthiness is None else f"trustworthiness {trustworthiness:.3f}"
