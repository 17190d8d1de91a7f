"""A reducer and what it makes: derived embeddings of a model, in fewer dimensions or with something taken out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.results import Reducer
from core.runs.record import Record
from core.serialise import to_json
from core.workspace import Run


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

    reducer: Reducer

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls(run.card, replace(Reducer.of(run.arrays), history=json.loads(str(run.arrays["history"][0]))))

    def arrays(self) -> dict[str, NDArray]:
        return {**self.reducer.arrays(), "history": np.array([to_json(self.reducer.history)])}

    def summary(self) -> str:
        return f"made the model {self.figures.derived}"


@dataclass(frozen=True, kw_only=True)
class ProjectResult:
    """What the command `project` returns. run, model: what keeps the reducer and what it makes; None for a `.npz`.

    base: the model reduced. images, captions: how many were reduced now, left_out: to which it gives no direction.
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


def summary(result: Mapping[str, Any]) -> str:
    """What came of `project`, in a few words."""
    return f"made the model {msgspec.convert(result, ProjectResult).model}"
