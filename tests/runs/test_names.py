"""Names that are kept, of this version and of earlier ones."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.naming.choosing import Phrase
from core.runs.names import NamedGroup, NamesFigures, NamesRun, NearCaption
from core.runs.record import metrics, plain
from core.workspace import Run, RunCard, Workspace

COUNT = 12
TITLES = [f"cluster {number}" for number in range(COUNT)]
"""In their order as text the third is "cluster 10"."""
IDS = np.array([f"id{number}" for number in range(COUNT + 1)])
CLUSTERS = np.array([*range(COUNT), -1])


def card(by: str = "run:7", named: int = 1) -> RunCard:
    figures = NamesFigures(by, "captions", COUNT, named, {"cluster 2": "cat"})
    return RunCard("", NamesRun.KIND, "log-odds", "Log-odds", metrics=metrics(figures))


def group(number: int, title: str) -> NamedGroup:
    phrases = [Phrase("cat", 2.5, 0.5, 0.0, None)]
    name, captions = "cat" if number == 2 else None, [NearCaption("c", "a cat", 0.25)]
    return NamedGroup(group=title, number=number, items=1, name=name, phrases=phrases, captions=captions)


def run() -> NamesRun:
    return NamesRun(card(), IDS, CLUSTERS, [group(number, title) for number, title in enumerate(TITLES)])


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "place")


def earlier(titles: list[str], numbers: np.ndarray, made: RunCard) -> Run:
    """As it was kept when a group had no number and `group` held the places of the titles in their order as text."""
    places = np.array([sorted(titles).index(title) for title in titles])
    told = [{**each, "group": title} for each, title in zip(plain(run().groups), titles, strict=True)]
    for each in told:
        del each["number"]
    arrays = {"ids": IDS, "group": np.where(numbers >= 0, places[numbers], -1), "told": np.array([json.dumps(told)])}
    return Run(made, arrays)


def test_names_come_back_typed(place: Workspace) -> None:
    back = NamesRun.load(place, run().save(place))
    assert back.groups == run().groups
    assert back.figures == NamesFigures("run:7", "captions", COUNT, 1, {"cluster 2": "cat"})
    assert [back.members(each) for each in back.groups] == [[id] for id in IDS[:COUNT]]
    assert back.summary() == "1 name"


def test_the_source_is_kept_as_from() -> None:
    assert card().metrics["from"] == "captions"


def test_clusters_of_an_earlier_version_have_their_numbers() -> None:
    back = NamesRun.of(earlier(TITLES, CLUSTERS, card()))
    assert back.groups == run().groups
    assert back.group.tolist() == CLUSTERS.tolist()


def test_values_of_an_earlier_version_keep_their_items() -> None:
    titles = [f"value {number}" for number in range(COUNT)]
    back = NamesRun.of(earlier(titles, CLUSTERS, card("sort")))
    assert [(each.group, back.members(each)) for each in back.groups] == [
        (title, [id]) for title, id in zip(titles, IDS[:COUNT].tolist(), strict=True)
    ]
