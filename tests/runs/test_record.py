"""A kept result comes back as it was, typed; older runs that lack something too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
import pytest

from core.errors import MissingData
from core.results import Floats, Strings
from core.runs.record import Record, as_json, in_parts, metrics
from core.workspace import Run, RunCard, Workspace


@dataclass(frozen=True)
class Point:
    k: int
    seconds: float = 0.0


@dataclass(frozen=True)
class Figures:
    ari: float | None = None
    points: Sequence[Point] = ()


@dataclass(frozen=True, eq=False)
class Example(Record[Figures]):
    KIND = "example"
    FIGURES = Figures

    ids: Strings
    more: Strings | None = None
    history: Mapping[str, Any] = as_json(dict)

    def summary(self) -> str:
        return f"{len(self.ids)} items"


CARD = RunCard("", "example", "kmeans", "K-means", metrics=metrics(Figures(0.5, [Point(3, 1.5)])) | {"inertia": 2.0})


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    place = Workspace.open_or_create(str(tmp_path / "place"))
    made = Example(CARD, np.array(["a", "b"]), history={"k": np.arange(3)})
    back = Example.load(place, made.save(place))
    assert back.ids.tolist() == ["a", "b"]
    assert back.more is None
    assert back.history == {"k": [0, 1, 2]}
    assert back.figures == Figures(0.5, [Point(3, 1.5)])
    assert back.card.metrics["inertia"] == 2.0
    assert back.summary() == "2 items"


def test_figures_that_are_not_there_are_not_kept() -> None:
    assert metrics(Figures()) == {"points": ()}


def test_what_is_lacking_is_named() -> None:
    with pytest.raises(MissingData, match="run 7 lacks ids: make it again"):
        Example.of(Run(RunCard("7", "example", "", ""), {"history": np.array(["{}"])}))


def test_a_figure_of_another_type_is_refused() -> None:
    card = RunCard("7", "example", "", "", metrics={"ari": "much"})
    with pytest.raises(msgspec.ValidationError, match="ari"):
        _ = Example(card, np.array(["a"])).figures


@dataclass(frozen=True)
class Space:
    pairs: Floats
    others: Floats | None = None


@dataclass(frozen=True, eq=False)
class Nested(Record[Figures]):
    KIND = "nested"
    FIGURES = Figures
    FORMER: ClassVar = {"told": "ids", "score": "ari"}

    ids: Strings
    before: Space = in_parts(Space)


def test_arrays_that_belong_together_are_kept_by_their_own_names(tmp_path: Path) -> None:
    place = Workspace.open_or_create(str(tmp_path / "place"))
    made = Nested(RunCard("", "nested", "", ""), np.array(["a"]), Space(np.ones(2, dtype=np.float32)))
    id = made.save(place)
    assert set(place.run(id).arrays) == {"ids", "before.pairs"}
    back = Nested.load(place, id).before
    assert (back.pairs.tolist(), back.others) == ([1, 1], None)
    with pytest.raises(MissingData, match=r"run 7 lacks before\.pairs: make it again"):
        Nested.of(Run(RunCard("7", "nested", "", ""), {"ids": np.array(["a"])}))


def test_what_had_another_name_in_older_runs_is_read() -> None:
    arrays = {"told": np.array(["a"]), "before.pairs": np.ones(2)}
    older = Nested.of(Run(RunCard("7", "nested", "", "", metrics={"score": 0.5}), arrays))
    assert older.ids.tolist() == ["a"]
    assert older.figures.ari == 0.5
