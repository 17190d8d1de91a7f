"""The Map page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.kit.state import Group, State
from core.methods import discover
from core.sources.bundled import ASSETS
from tests.app.conftest import COUNT, FakeJobs, chosen, clean, go_to, ids, save_map, texts


def test_shows_the_map_with_its_figures(opened, mapped) -> None:
    test = clean(opened(mapped))
    shown = texts(test)
    assert "**48** points" in shown
    assert "**t-SNE**, seed 0" in shown
    assert "trustworthiness **0.973**" in shown
    assert "neighbours kept **42.4 %**" in shown
    assert "8 dimensions of **pocket**, images and captions" in shown


def test_a_part_of_the_points(opened, mapped) -> None:
    test = opened(mapped)
    test.segmented_control(key="part").set_value("Captions").run()
    assert "**24** of 48 points" in texts(test)


def test_colours_by_every_column(opened, mapped) -> None:
    test = opened(mapped)
    assert test.selectbox(key="colour").options == [
        "Colour: label",
        "Colour: height",
        "Colour: odd",
        "Colour: image or caption",
    ]
    for option in ("height", "odd", None):
        assert not test.selectbox(key="colour").set_value(option).run().exception


def test_newest_map_is_on_screen_and_others_can_be_chosen(opened, mapped) -> None:
    first = mapped.runs("map")[0].id
    save_map(mapped, seed=7)
    test = opened(mapped)
    assert "seed 7" in texts(test)
    test.radio[0].set_value(first).run()
    assert "**t-SNE**, seed 0" in texts(test)
    assert chosen(test).run == first


def test_search_fills_the_drawer_with_scores(opened, mapped, monkeypatch) -> None:
    found = ids(mapped)[3:6]
    hits = [{"id": id, "score": 0.3 - place / 10} for place, id in enumerate(found)]
    asked = []
    monkeypatch.setattr(
        "app.views.map.search.ask", lambda command, given, timeout: asked.append(given) or {"hits": hits}
    )
    test = opened(mapped)
    test.text_input(key="words").set_value("red card").run()
    assert asked[0]["text"] == "red card"
    assert asked[0]["model"] == "pocket"
    assert chosen(test).group.ids == tuple(found)
    assert "“red card”" in texts(test)
    assert "3 items, cosine similarity 0.300 to 0.100" in texts(test)
    test.run()
    assert len(asked) == 1
    test.button(key="clear").click().run()
    assert chosen(test).group is None
    assert test.text_input(key="words").value == ""


def test_a_search_that_fails_is_one_line(opened, mapped, monkeypatch) -> None:
    from core.errors import MissingWeights

    def fail(*given):
        raise MissingWeights("no weights here: choose pocket")

    monkeypatch.setattr("app.views.map.search.ask", fail)
    test = opened(mapped)
    test.text_input(key="words").set_value("red").run()
    assert [each.value for each in test.error] == ["no weights here: choose pocket"]
    assert not test.exception
    assert "**48** points" in texts(test)


def test_a_group_is_tagged(opened, mapped) -> None:
    some = tuple(ids(mapped)[:4])
    test = opened(mapped, group=Group("Selection", some, origin="selected"))
    test.text_input(key="tag-value").set_value("mine")
    test.button(key="save-tag").click().run()
    assert not test.exception
    tags = mapped.table(["tag"])["tag"].to_pylist()
    assert tags[:4] == ["mine"] * 4
    assert not any(tags[4:])
    assert "Colour: tag" in test.selectbox(key="colour").options


def test_an_item_with_its_neighbours(opened, mapped) -> None:
    test = opened(mapped, focus=ids(mapped)[0])
    shown = texts(test)
    assert "a red card 0" in shown.replace("\\", "")
    assert "Nearest images" in shown
    assert "Nearest captions" in shown
    assert "<dt>label</dt><dd>red</dd>" in "".join(each.proto.body for each in test.get("html"))
    test.button(key="clear").click().run()
    assert chosen(test).focus is None


def test_new_items_are_placed(opened, workspace, jobs: FakeJobs) -> None:
    run = save_map(workspace, seed=0, count=COUNT - 2)
    test = opened(workspace)
    assert test.button(key="place").label == "Place 4 new points on this map"
    test.button(key="place").click().run()
    assert [(job.command, job.arguments["run"]) for job in jobs.known] == [("place", run)]


def dialog(path: str) -> None:
    from app.views.map import maps
    from core.workspace import Workspace

    maps.new(Workspace.open(path))


@pytest.mark.parametrize("name", discover("core.maps"))
def test_every_method_can_be_started(mapped, jobs: FakeJobs, name: str) -> None:
    test = AppTest.from_function(dialog, args=(mapped.path,), default_timeout=60).run()
    test.segmented_control(key="method").set_value(name).run()
    method = discover("core.maps")[name]
    if method.seeded:
        test.number_input(key=f"map-{name}-seed").set_value(5)
    test.button(key="make-map").click().run()
    assert not test.exception
    (job,) = jobs.known
    assert (job.command, job.workspace) == ("map", mapped.path)
    arguments = job.arguments
    assert [arguments[each] for each in ("source", "method", "model", "space", "seed")] == [
        mapped.path,
        name,
        "pocket",
        "both",
        5 if method.seeded else 0,
    ]
    assert arguments["params"].pop("gap") == "keep"
    method.make_params(arguments["params"])


def test_maps_button_opens_the_form(opened, mapped) -> None:
    test = opened(mapped)
    test.button(key="new-map").click().run()
    assert test.button(key="make-map").label == "Make the map"


def test_without_a_map_it_says_what_to_do(opened, workspace) -> None:
    test = opened(workspace)
    assert "No map yet" in texts(test)
    assert test.button(key="new-map").label == "New map"


def test_without_anything_it_says_what_to_do(opened, home: Path) -> None:
    test = opened(None)
    assert not test.exception
    assert any("No workspace yet" in each.value for each in test.error)


def test_drawer_stays_when_coming_back(opened, mapped) -> None:
    test = opened(mapped, group=Group("10 new items", tuple(ids(mapped)[:5]), origin="fresh"))
    go_to(go_to(test, "data"), "map")
    assert chosen(test).group.origin == "fresh"
    assert "10 new items" in texts(test)


def kept() -> None:
    import streamlit as st

    from app.kit.state import state

    state().sample += "x"
    st.text(state().sample)


def test_state_is_typed_and_one_a_session() -> None:
    first, second = (AppTest.from_function(kept).run() for _ in range(2))
    assert isinstance(chosen(first), State)
    assert first.run().text[0].value == "xx"
    assert second.text[0].value == "x"


@pytest.mark.skipif(not (ASSETS / "photos" / "runs.parquet").exists(), reason="the bundled map is not made yet")
def test_a_fresh_home_opens_on_the_bundled_set(opened, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "fresh"))
    test = clean(opened(None))
    assert chosen(test).workspace.name == "photos"
    assert "points" in texts(test)
