"""Maps as records: those that come along open, and one drawn today comes back."""

import numpy as np
import pytest
from msgspec import convert

from core.commands import COMMANDS
from core.runs.map import MapResult, MapRun
from core.sources.bundled import names
from core.workspace import Workspace, open_named
from tests.maps.test_bring_up_to_date import MODEL, grown


@pytest.mark.parametrize("name", names())
def test_maps_that_come_along_open(name: str) -> None:
    place = open_named(name)
    for card in place.runs(MapRun.KIND):
        found = MapRun.load(place, card.id)
        assert found.xy.shape == (len(found.ids), 2)
        assert len(found.captions) == len(found.modality) == len(found.ids)
        assert found.figures.trustworthiness == card.metrics["trustworthiness"]
        assert f"{card.metrics['trustworthiness']:.3f}" in found.summary()


def test_a_map_comes_back_and_so_does_what_is_placed_on_it(place: Workspace) -> None:
    grown(place, 12)
    drawn = COMMANDS["map"](place.path, "pca", model=MODEL)
    grown(place, 3)
    placed = COMMANDS["place"](place.path, drawn["run"])
    first, second = (MapRun.load(place, result["run"]) for result in (drawn, placed))
    assert first.figures.neighbour_preservation == drawn["neighbour_preservation"]
    assert (first.figures.placed, first.figures.parent, first.figures.partial) == (0, None, False)
    assert (second.figures.placed, second.figures.parent) == (placed["placed"], drawn["run"]) == (3, drawn["run"])
    assert np.array_equal(second.xy[:12], first.xy)
    assert convert(placed, MapResult).summary() == "3 new points on the map"
