"""What the pages make of a reduced model: it is listed under a title, never chosen by itself, and never embeds."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.kit import derived_embeddings, store
from app.shell import pages
from app.views.data import add
from core.commands import COMMANDS
from core.reduced import complete, named, reduced_models
from core.results import Projection
from core.runs.reducer import ReducerRun
from core.workspace import RunCard, Workspace
from tests.app.conftest import COUNT, FakeJobs, ids, save_map, texts
from tests.app.test_data_page import ended

SMALL, TITLE = "pocket/pca-3", "pocket, reduced to 3 dimensions by PCA"
PLACES = [0, 3, 5]
"""The coordinates that are kept."""


@pytest.fixture
def reduced(mapped: Workspace) -> Workspace:
    """A workspace with a map of the full model, and with embeddings reduced from it."""
    kept = Projection.straight(np.eye(8, dtype=np.float32)[PLACES])
    card = RunCard("1", "reducer", "pca", "PCA", {"dimensions": 3}, model="pocket", metrics={"base": "pocket"})
    card = named(mapped, card)
    ReducerRun(card, kept, kept).save(mapped)
    complete(mapped, card)
    return mapped


def recaptioned(workspace: Workspace, count: int) -> None:
    """So many captions change, and the full model has embedded them anew."""
    some = ids(workspace)[:count]
    workspace.set_column("caption", {id: f"another {id}" for id in some})
    workspace.add_embeddings("pocket", "text", some, np.eye(count, 8, dtype=np.float32))


def test_it_comes_after_the_full_ones_under_its_title(reduced: Workspace) -> None:
    assert list(store.models(reduced).items()) == [("pocket", "pocket"), (SMALL, TITLE)]
    assert store.model_title(reduced, "gone") == "gone"


def test_the_form_of_a_map_offers_it(opened: Callable[..., AppTest], reduced: Workspace) -> None:
    test = opened(reduced)
    test.button(key="new-map").click().run()
    assert test.selectbox(key="map-model").options == ["pocket", TITLE]
    assert test.selectbox(key="map-model").value == "pocket"


def test_the_form_of_a_comparison_offers_it(opened: Callable[..., AppTest], reduced: Workspace, jobs: FakeJobs) -> None:
    test = opened(reduced, "clusters")
    assert not test.exception
    assert test.selectbox(key="cluster-model").options == ["pocket", TITLE]
    test.selectbox(key="cluster-model").set_value(SMALL).run()
    test.button(key="start-compare").click().run()
    assert jobs.known[-1].arguments["model"] == SMALL


def test_the_map_says_which_space_it_is_of(opened: Callable[..., AppTest], reduced: Workspace) -> None:
    save_map(reduced, seed=1, model=SMALL)
    shown = texts(opened(reduced))
    assert f"3 dimensions of **{TITLE}**, images and captions" in shown
    assert f"{TITLE} · " in "".join(opened(reduced).radio[0].proto.captions)


def test_the_data_page_tells_of_it_but_does_not_embed_with_it(
    opened: Callable[..., AppTest], reduced: Workspace, jobs: FakeJobs
) -> None:
    assert add.used(reduced) == ["pocket"]
    test = opened(reduced, "data")
    assert f"Embedded by {TITLE}" in texts(test)
    assert test.segmented_control(key="model-kind").value == "Bundled"
    assert "not embedded by pocket yet" not in texts(test)
    recaptioned(reduced, 5)
    assert "5 images and captions here are not embedded by pocket yet" in texts(test.run())
    test.button(key="embed-missing").click().run()
    assert jobs.known[-1].arguments["model"] == "pocket"


def test_a_reducer_in_use_is_told(jobs: FakeJobs, reduced: Workspace) -> None:
    done = COMMANDS["project"](reduced.path, run="1")
    assert pages.summary(ended(jobs, "project", done, reduced)) == f"made the model {SMALL}"


# deleting it


def asked(path: str) -> None:
    from app.kit import derived_embeddings
    from core.workspace import Workspace

    derived_embeddings.ask(Workspace.open(path), "pocket/pca-3")


def test_it_is_deleted_where_the_models_are_listed(opened: Callable[..., AppTest], reduced: Workspace) -> None:
    save_map(reduced, seed=1, model=SMALL)
    test = opened(reduced, "data")
    assert not [each for each in test.button if each.key == "delete-pocket"], "what can embed cannot be deleted"
    test.button(key=f"delete-{SMALL}").click().run()
    told = texts(test)
    assert f"**{TITLE}**: {2 * COUNT} embeddings and the reducer that made them will be gone. 1 map or run" in told


def test_a_second_press_deletes_it(opened: Callable[..., AppTest], reduced: Workspace, jobs: FakeJobs) -> None:
    test = AppTest.from_function(asked, args=(reduced.path,), default_timeout=60).run()
    job = jobs.start("embed", {}, "Embed 5 files", reduced.path)
    test.button(key="delete-derived-sure").click().run()
    assert "a job still works on small: wait for it, or stop it first" in test.error[0].value
    assert SMALL in store.models(reduced)
    job.state = "done"
    test.button(key="delete-derived-sure").click().run()
    assert not test.exception
    assert list(store.models(reduced)) == ["pocket"]
    assert reduced_models(reduced) == {}
    assert TITLE not in texts(opened(reduced, "data"))


def test_a_map_of_what_is_deleted_can_be_looked_at(opened: Callable[..., AppTest], reduced: Workspace) -> None:
    run = save_map(reduced, seed=1, model=SMALL)
    derived_embeddings.delete(reduced, SMALL)
    id = reduced.table([])["id"][3].as_py()
    test = opened(reduced, run=run, focus=id)
    assert not test.exception
    assert not test.error
    shown = texts(test)
    assert f"deleted embeddings of **{SMALL}**, images and captions" in shown
    assert f"**{2 * COUNT}** points" in shown
    assert "a red card 3" in shown


def test_a_menu_that_had_chosen_it_goes_back(opened: Callable[..., AppTest], reduced: Workspace) -> None:
    test = opened(reduced, "clusters")
    test.selectbox(key="cluster-model").set_value(SMALL).run()
    derived_embeddings.delete(reduced, SMALL)
    test.run()
    assert not test.exception
    assert test.selectbox(key="cluster-model").value == "pocket"
