"""What follows an embedding is done by the command: new items go on the map, a first map is drawn."""

from pathlib import Path

import numpy as np
import pytest

from core.commands.mapping import bring_up_to_date
from core.commands.mapping import map as draw
from core.errors import Cancelled
from core.progress import Progress
from core.sources import Item
from core.workspace import Workspace

MODEL, OTHER = "model", "another"


def grown(place: Workspace, count: int, model: str = MODEL) -> Workspace:
    """So many items more, with images' vectors of a model."""
    before = place.count()
    place.add(Item(f"{before + n}.txt", None, f"item {before + n}") for n in range(count))
    ids = place.table([])["id"].to_pylist()
    known = (
        set(place.embeddings(model, "text").ids.tolist()) if any(e.model == model for e in place.models()) else set()
    )
    new = [id for id in ids if id not in known]
    rows = np.random.default_rng(before).normal(size=(len(new), 6)).astype(np.float32)
    place.add_embeddings(model, "text", new, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return place


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return grown(Workspace.open_or_create(str(tmp_path / "place")), 30)


def test_a_first_map_is_drawn(place: Workspace) -> None:
    done = bring_up_to_date(place, [MODEL])
    card = place.run(done.run).card
    assert (card.kind, card.method, card.model, card.items) == ("map", "tsne", MODEL, 30)
    assert bring_up_to_date(place, [MODEL]) is None


def test_four_items_need_no_map(tmp_path: Path) -> None:
    assert bring_up_to_date(grown(Workspace.open_or_create(str(tmp_path / "few")), 4), [MODEL]) is None


def test_new_items_go_on_the_newest_map_of_the_models(place: Workspace) -> None:
    older = draw(place.path, "pca", model=MODEL).run
    newer = draw(place.path, "pca", model=MODEL, seed=1).run
    grown(place, 3)
    done = bring_up_to_date(place, [OTHER, MODEL])
    assert done.placed == 3
    run = place.run(done.run)
    assert run.card.metrics["parent"] == newer != older
    assert np.array_equal(run.arrays["xy"][:30], place.run(newer).arrays["xy"])


def test_a_map_of_another_model_does_not_count(place: Workspace) -> None:
    grown(place, 1, OTHER)
    draw(place.path, "pca", model=OTHER)
    assert place.run(bring_up_to_date(place, [MODEL]).run).card.model == MODEL


def test_a_map_that_cannot_take_new_items_stays_as_it_is(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(place.path, "pca", model=MODEL)
    grown(place, 3)
    monkeypatch.setattr("core.commands.runs.Recipe.places", False)
    assert bring_up_to_date(place, [MODEL]) is None


def test_a_stop_leaves_what_was_embedded(place: Workspace) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("stopped")

    assert bring_up_to_date(place, [MODEL], stop) is None
    assert not place.runs("map")
