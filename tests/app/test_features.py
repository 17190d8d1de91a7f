"""What the pages make of features behind the vectors: kept on the Data page, offered for images, not for words."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import derived_embeddings, store
from app.views.data import add
from app.views.map import maps
from core.workspace import Workspace
from tests.app.conftest import COUNT, FakeJobs, alone, clean, ids, save_map, texts, unit

NAME = "pocket features"
TICK = "features-small-pocket-False"


@pytest.fixture
def featured(mapped: Workspace) -> Workspace:
    """The small workspace with features of its 24 images in 12 dimensions."""
    random = np.random.default_rng(1)
    mapped.add_embeddings(NAME, "image", ids(mapped), unit(random.normal(size=(COUNT, 12))))
    return mapped


def test_they_are_listed_after_the_model(featured: Workspace) -> None:
    assert list(store.models(featured)) == ["pocket", NAME]
    assert store.is_wordless(featured, NAME)
    assert not store.is_wordless(featured, "pocket")
    assert add.used(featured) == ["pocket"]


def test_a_tick_keeps_them(opened: Callable[..., AppTest], mapped: Workspace, jobs: FakeJobs) -> None:
    test = clean(opened(mapped, "data"))
    assert not test.checkbox(key=TICK).value
    assert "often better for clusters and neighbours" in test.checkbox(key=TICK).label
    assert not [each for each in test.button if each.key == "embed-missing"]
    clean(test.checkbox(key=TICK).check().run())
    assert "24 images and captions here are not embedded by pocket yet or lack their features" in texts(test)
    clean(test.button(key="embed-missing").click().run())
    assert (jobs.known[-1].command, jobs.known[-1].arguments["features"]) == ("embed", True)


def test_once_kept_the_tick_stays(opened: Callable[..., AppTest], featured: Workspace) -> None:
    test = clean(opened(featured, "data"))
    tick = test.checkbox(key="features-small-pocket-True")
    assert (tick.value, tick.disabled) == (True, True)
    assert f"Embedded by {NAME}" in texts(test)
    assert not [each for each in test.button if each.key == "embed-missing"]


def test_what_lacks_them_is_counted(featured: Workspace) -> None:
    assert store.missing(featured, "pocket") == 0
    featured.delete_embeddings(NAME)
    assert store.missing(featured, "pocket") == 0
    assert store.missing(featured, "pocket", features=True) == COUNT
    featured.add_embeddings(NAME, "image", ids(featured)[:20], unit(np.ones((20, 12))))
    assert store.missing(featured, "pocket") == COUNT - 20


def test_a_map_is_of_images(opened: Callable[..., AppTest], featured: Workspace) -> None:
    test = opened(featured)
    test.button(key="new-map").click().run()
    assert test.selectbox(key="map-model").options == ["pocket", NAME]
    assert maps.spaces(featured.models(), NAME) == ["images"]


def test_clusters_and_groups_offer_them(opened: Callable[..., AppTest], featured: Workspace, jobs: FakeJobs) -> None:
    for page, button in (("clusters", "start-compare"), ("groups", "start-groups")):
        test = clean(opened(featured, page))
        assert test.selectbox(key="cluster-model").options == ["pocket", NAME]
        clean(test.selectbox(key="cluster-model").set_value(NAME).run())
        assert test.selectbox(key="cluster-space").options[0] == "Images"
        assert "Captions" not in test.selectbox(key="cluster-space").options
        assert [each.key for each in test.button].count(button) <= 1


def test_words_searched_on_their_map_are_read_by_the_model(
    opened: Callable[..., AppTest], featured: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "app.views.map.search.ask", lambda command, given, *more: (asked.append(given), {"hits": []})[1]
    )
    run = save_map(featured, seed=1, model=NAME)
    test = opened(featured, run=run)
    clean(test.text_input(key="words").set_value("red").run())
    assert (asked[-1]["text"], asked[-1]["model"]) == ("red", "pocket")


def test_semantics_leaves_them_out_but_data_care_does_not(featured: Workspace, jobs: FakeJobs) -> None:
    test = clean(alone("semantics", featured))
    assert test.selectbox(key="prompts-model-small").options == ["pocket"]
    test = clean(test.button_group(key="semantics-tab").set_value("Data quality").run())
    assert test.selectbox(key="care-model-small").options == ["pocket", NAME]
    test = clean(test.selectbox(key="care-model-small").set_value(NAME).run())
    clean(test.button(key="start-care").click().run())
    arguments = jobs.known[-1].arguments
    assert (arguments["model"], arguments["space"]) == (NAME, "images")
    assert arguments["kinds"] == ["duplicates", "labels", "outliers"]


def test_deleting_them_says_that_the_vectors_stay(opened: Callable[..., AppTest], featured: Workspace) -> None:
    test = opened(featured, "data")
    test.button(key=f"delete-{NAME}").click().run()
    assert "24 embeddings will be gone." in texts(test)
    assert "The vectors of pocket stay" in texts(test)
    derived_embeddings.delete(featured, NAME)
    assert list(store.models(featured)) == ["pocket"]
