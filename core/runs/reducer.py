"""A reducer and what it makes: derived embeddings of a model, in fewer dimensions or with something taken out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from core.results import Projection, Reducer
from core.runs.record import Record, Result, as_json, in_parts


@dataclass(frozen=True, kw_only=True)
class ReducerFigures:
    """base: the model whose embeddings go in; derived: the name of those that come out, where they are kept.

    mark: what comes after the base in that name, words: how a person reads it; None: by method and dimensions.
    """

    base: str = ""
    derived: str | None = None
    mark: str | None = None
    words: str | None = None


@dataclass(frozen=True, eq=False)
class ReducerRun(Record[ReducerFigures]):
    """Kept are the reducer's own arrays by their names, e.g. `image.linear`, and its history as JSON."""

    KIND = "reducer"
    FIGURES = ReducerFigures

    image: Projection = in_parts(Projection)
    text: Projection = in_parts(Projection)
    history: Mapping[str, Any] = as_json(dict)

    @property
    def reducer(self) -> Reducer:
        return Reducer(self.image, self.text, history=self.history)

    def summary(self) -> str:
        return f"made the model {self.figures.derived}"


class ProjectResult(Result, frozen=True, kw_only=True):
    """What the command `project` returns. run, model: what keeps the reducer and what it makes; None for a `.npz`.

    base: the model reduced. images, captions: how many were reduced now, left_out: to which it gives no direction.
    file, loader: where the reducer was written to, and the code that applies it.
    """

    run: str | None
    model: str | None
    base: str
    method: str
    dimensions: int
    pairs: int
    seconds: float
    images: int
    captions: int
    left_out: int
    file: str | None = None
    loader: str | None = None

    def readable(self) -> dict[str, Any]:
        """Without the loader, which is for programs."""
        return self.to_dict("loader")


class DiscardResult(Result, frozen=True, kw_only=True):
    """What the command `discard` returns. run: the reducer's, None of features; runs: how many are of the model."""

    model: str
    run: str | None
    images: int
    captions: int
    runs: int


def summary(result: Mapping[str, Any]) -> str:
    """What came of `project`, in a few words."""
    return f"made the model {msgspec.convert(result, ProjectResult).model}"
