"""The Python side of the component, run by Streamlit without a browser."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest


def script(**given) -> None:  # type: ignore[no-untyped-def]  # its text alone is run
    import numpy as np
    import streamlit as st

    from app.scatter import Colour, Label, Points, scatter, select
    from core.errors import BadInput

    count = given.get("count", 3000)
    xy = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    points = Points("k", xy, np.arange(count), np.zeros(count, np.uint8), [str(row) for row in range(count)])
    colour = Colour("class", np.arange(count) % 3, list("abc"))
    hits = np.arange(given.get("hits", count)) % 10 == 0
    if given.get("selected"):
        select("map", points, np.array([5, 2]), clicked=7)
    if given.get("webgl") is False:
        st.session_state["clipscape-without-webgl"] = True
    try:
        labels = [Label("middle", row) for row in given.get("labels", ())]
        picked = scatter(points, colour=colour, hits=hits, labels=labels, focus=given.get("focus"), key="map")
        st.write(f"{picked.selection.tolist()} {picked.clicked} {picked.webgl}")
    except BadInput as error:
        st.error(str(error))


def run(**given: Any) -> AppTest:
    test = AppTest.from_function(script, kwargs=given).run(timeout=30)
    assert not test.exception
    return test


def proto(test: AppTest) -> Any:
    return next(element.proto for element in test.main if element.type == "bidi_component")


def test_geometry_and_code_stay_out_of_the_message() -> None:
    sent = proto(run(count=100_000))
    data = json.loads(sent.json or sent.mixed.json)
    assert data["points"]["source"]["url"].startswith("/")
    assert sent.js_source_path == "main.js"
    assert len(sent.SerializeToString()) < 40_000


def test_the_same_input_sends_the_same_message() -> None:
    test = run()
    first = proto(test).SerializeToString()
    assert proto(test.run()).SerializeToString() == first


def test_nothing_is_picked_at_first() -> None:
    assert run().markdown[0].value == "[] None True"


def test_the_page_can_set_the_selection() -> None:
    test = run(selected=True)
    assert test.markdown[0].value == "[2, 5] 7 True"
    data = json.loads(proto(test).json)
    assert data["picked"]["sequence"] == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [({"hits": 2999}, "hits of 2999 rows"), ({"focus": 3000}, "focus 3000 outside the map's 3000")],
)
def test_what_does_not_fit_the_points_is_refused(given: dict, message: str) -> None:
    assert message in run(**given).error[0].value


def test_without_webgl_plotly_draws_the_same_points_and_the_page_says_so() -> None:
    test = run(webgl=False)
    assert test.markdown[0].value == "[] None False"
    assert "drawn by Plotly" in test.caption[0].value
    assert "3,000 of" not in test.caption[0].value


def test_without_webgl_the_number_of_shown_points_is_said_when_it_is_not_all() -> None:
    assert "20,000 of 30,000 points" in run(webgl=False, count=30_000).caption[0].value


def test_words_stand_at_points_of_the_map() -> None:
    sent = proto(run(labels=[7, 2]))
    assert json.loads(sent.json or sent.mixed.json)["labels"] == [
        {"text": "middle", "row": 7},
        {"text": "middle", "row": 2},
    ]
    assert "label 'middle' at row 3000 outside the map's 3000 rows" in run(labels=[3000]).error[0].value
    assert run(labels=[7], webgl=False).markdown[0].value.endswith("False")
