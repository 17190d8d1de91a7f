"""Names that are kept, of this version and of earlier ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from msgspec import to_builtins

from core.runs.names import NamedGroup, NamedPhrase, NamesFigures, NamesRun, NearCaption, summary
from core.runs.record import metrics
from core.workspace import RunCard, Workspace

COUNT = 12
TITLES = [f"cluster {number}" for number in range(COUNT)]
"""In their order as text the third is "cluster 10"."""
IDS = np.array([f"id{number}" for number in range(COUNT + 1)])
CLUSTERS = np.array([*range(COUNT), -1])


def card(by: str = "run:7", named: int = 1) -> RunCard:
    figures = NamesFigures(by, "captions", COUNT, named, {"cluster 2": "cat"})
    return RunCard("", NamesRun.KIND, "log-odds", "Log-odds", metrics=metrics(figures))


def group(number: int, title: str) -> NamedGroup:
    phrases = [NamedPhrase("cat", 2.5, 0.5, 0.0, None)]
    return NamedGroup(title, number, 1, "cat" if number == 2 else None, phrases, [NearCaption("c", "a cat", 0.25)])


def run() -> NamesRun:
    groups = [group(number, title) for number, title in enumerate(TITLES)]
    return NamesRun(card(), IDS, CLUSTERS, to_builtins(groups))


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "place")


def earlier(titles: list[str], numbers: np.ndarray, made: RunCard) -> NamesRun:
    """As it was kept when a group had no number and `group` held the places of the titles in their order as text."""
    places = np.array([sorted(titles).index(title) for title in titles])
    told = [{name: value for name, value in each.items() if name != "number"} for each in run().told]
    told = [{**each, "group": title} for each, title in zip(told, titles, strict=True)]
    return NamesRun(made, IDS, np.where(numbers >= 0, places[numbers], -1), told)


def test_names_come_back_typed(place: Workspace) -> None:
    back = NamesRun.load(place, run().save(place))
    assert back.groups == run().groups
    assert back.figures == NamesFigures("run:7", "captions", COUNT, 1, {"cluster 2": "cat"})
    assert [back.members(each) for each in back.groups] == [[id] for id in IDS[:COUNT]]
    assert back.summary() == summary({"names": back.told}) == "1 name"


def test_the_source_is_kept_as_from() -> None:
    assert card().metrics["from"] == "captions"


def test_clusters_of_an_earlier_version_have_their_numbers(place: Workspace) -> None:
    back = NamesRun.load(place, earlier(TITLES, CLUSTERS, card()).save(place))
    assert back.groups == run().groups
    assert back.group.tolist() == CLUSTERS.tolist()


def test_values_of_an_earlier_version_keep_their_items(place: Workspace) -> None:
    titles = [f"value {number}" for number in range(COUNT)]
    back = NamesRun.load(place, earlier(titles, CLUSTERS, replace(card("sort"))).save(place))
    assert [(each.group, back.members(each)) for each in back.groups] == [
        (title, [id]) for title, id in zip(titles, IDS[:COUNT].tolist(), strict=True)
    ]
