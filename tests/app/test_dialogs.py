"""Dialogs stay until the person closes them."""

from streamlit.testing.v1 import AppTest

from app import dialogs
from tests.app.conftest import chosen, clean


def asked(test: AppTest) -> AppTest:
    """The dialog for a new workspace is open."""
    return test.button(key="new-workspace").click().run()


def test_is_known_to_be_open_until_the_page_is_drawn_anew(opened, mapped) -> None:
    test = asked(opened(mapped, "data"))
    assert chosen(test).dialog
    assert test.text_input(key="new-name").value == ""
    assert not chosen(clean(test.run())).dialog


def test_dismissed_it_is_known_to_be_closed(opened, mapped, monkeypatch) -> None:
    test = asked(opened(mapped, "data"))
    monkeypatch.setattr(dialogs, "state", lambda: chosen(test))
    dialogs.closed()
    assert not chosen(test).dialog


def test_what_finds_news_waits_for_it() -> None:
    def page() -> None:
        import streamlit as st

        from app.dialogs import draw_anew
        from app.state import state

        st.session_state.runs = st.session_state.get("runs", 0) + 1
        state().dialog = st.toggle("open")
        if st.session_state.runs < 5:
            draw_anew()

    test = AppTest.from_function(page).run()
    assert test.session_state.runs == 5
    test.session_state.runs = 0
    assert test.toggle[0].set_value(True).run().session_state.runs == 1
