"""A form for every method, from its parameters."""

import pytest
from streamlit.testing.v1 import AppTest

from app.kit.forms import label
from core.methods import discover

METHODS = discover("core.maps")


def form(package: str, name: str) -> None:
    import streamlit as st

    from app.kit.forms import parameters
    from core.methods import find

    st.session_state["values"] = parameters(find(package, name), "form")


@pytest.mark.parametrize("name", METHODS)
def test_untouched_form_gives_the_defaults(name: str) -> None:
    test = AppTest.from_function(form, args=("core.maps", name), default_timeout=60).run()
    assert not test.exception
    method = METHODS[name]
    assert method.make_params(test.session_state["values"]) == method.params()


@pytest.mark.parametrize("name", METHODS)
def test_every_parameter_has_its_help(name: str) -> None:
    test = AppTest.from_function(form, args=("core.maps", name), default_timeout=60).run()
    widgets = [*test.number_input, *test.selectbox, *test.toggle, *test.text_input]
    assert len(widgets) == len(METHODS[name].info.params)
    assert all(widget.help for widget in widgets)


def test_limits_reach_the_widget() -> None:
    test = AppTest.from_function(form, args=("core.maps", "tsne"), default_timeout=60).run()
    perplexity = next(each for each in test.number_input if each.label == "Perplexity")
    assert (perplexity.min, perplexity.max, perplexity.value) == (1.0, 500.0, 30.0)


def test_label() -> None:
    assert label("early_exaggeration") == "Early exaggeration"
