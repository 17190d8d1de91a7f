"""What the pages that compare runs share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.comparison import selector, source
from app.comparison.selector import Selector
from app.comparison.table import written
from app.kit import records
from core.runs.record import Record
from core.workspace import RunCard, Workspace


@dataclass(frozen=True)
class Input:
    fingerprint: str

    @classmethod
    def of(cls, card: RunCard) -> "Input":
        return cls(card.fingerprint)

    def title(self, workspace: Workspace) -> str:
        return self.fingerprint


def test_each_number_has_its_own_text_however_often_it_is_drawn() -> None:
    table = pd.DataFrame({"name": ["a", "b", "c"], "AMI": [0.5, 0.5, np.nan], "NMI": [0.25, 0.5, 0.75]})
    styler = written(table.style, "AMI", ["0.500 ± 0.1", "0.500 ± 0.2", None])
    for _ in range(3):
        body = styler._translate(False, False)["body"]
        shown = [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in body]
        assert [row[:2] for row in shown] == [["a", "0.500 ± 0.1"], ["b", "0.500 ± 0.2"], ["c", "–"]]


SELECTOR = Selector(Input.of, "core.clustering", ("seed",))


def card(id: str, fingerprint: str = "one", method: str = "kmeans", **params: object) -> RunCard:
    return RunCard(id, "example", method, "K-means", params, fingerprint=fingerprint)


CARDS = [
    card("a", seed=0, k=3),
    card("b", "other", seed=0, k=3),
    card("c", seed=1, k=3),
    card("d", seed=0, k=4),
    card("e", seed=0, k=3),
    card("f", method="movb", seed=0, k=3),
]


def names(cards: list[RunCard]) -> str:
    return "".join(each.id for each in cards)


def test_the_input_of_the_newest_run_comes_first() -> None:
    assert SELECTOR.inputs(CARDS) == [Input("one"), Input("other")]
    assert SELECTOR.inputs(CARDS[:2]) == [Input("other"), Input("one")]


def test_runs_of_one_input_stand_by_method_and_setting_the_newest_last() -> None:
    assert [names(each) for each in SELECTOR.by_setting(CARDS, Input("one"))] == ["ace", "d", "f"]
    assert names(SELECTOR.alike(CARDS, CARDS[2])) == "ace"


def test_a_title_tells_k_and_what_is_not_the_default_but_not_what_is_apart() -> None:
    made = replace(card("a", method="gmm", seed=5, covariance="full", k=10), title="Mixture")
    assert SELECTOR.title(made) == "Mixture, K = 10, covariance full"
    assert selector.title(made, "core.clustering", ("seed", "covariance")) == "Mixture, K = 10"


def test_how_items_were_chosen() -> None:
    assert source.chosen_by("cats", "blurred") == ["only “cats”", "without “blurred”"]
    assert source.chosen_by("", "") == []


@dataclass(frozen=True)
class Figures:
    points: int = 0


@dataclass(frozen=True, eq=False)
class Example(Record[Figures]):
    KIND = "example"
    FIGURES = Figures

    values: NDArray[np.int64]


def save(place: Workspace, metrics: Mapping[str, Any]) -> RunCard:
    made = Example(replace(card("a"), metrics=metrics), np.arange(metrics["points"]))
    made.save(place)
    return place.run("a").card


def test_a_record_is_read_once_until_its_card_changes(tmp_path: Path) -> None:
    place = Workspace.create(tmp_path / "place")
    first = records.read(place, Example, save(place, {"points": 2}))
    assert len(first.values) == 2
    assert records.read(place, Example, place.run("a").card) is first
    assert len(records.read(place, Example, save(place, {"points": 3})).values) == 3
