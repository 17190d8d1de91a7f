"""Pages that draw themselves anew at news take neither a dialog nor a click away."""

from streamlit.testing.v1 import AppTest

from app.kit import rerun_guard
from tests.app.conftest import FakeJobs, chosen, clean


def asked(test: AppTest) -> AppTest:
    """The dialog for a new workspace is open."""
    return test.button(key="new-workspace").click().run()


def test_a_dialog_is_known_to_be_open_until_the_page_is_drawn_anew(opened, mapped) -> None:
    test = asked(opened(mapped, "data"))
    assert chosen(test).dialog
    assert test.text_input(key="new-name").value == ""
    assert not chosen(clean(test.run())).dialog


def test_a_dismissed_dialog_is_known_to_be_closed(opened, mapped, monkeypatch) -> None:
    test = asked(opened(mapped, "data"))
    monkeypatch.setattr(rerun_guard, "state", lambda: chosen(test))
    rerun_guard.closed()
    assert not chosen(test).dialog


def test_a_job_that_ends_just_before_a_click_does_not_take_it_away(opened, mapped, jobs: FakeJobs) -> None:
    test = opened(mapped, "data")
    job = jobs.start("embed", {}, "Embed 5 files", mapped.path)
    job.state = "running"
    test.run()
    job.state = "stopped"
    test.button(key="delete-workspace").click().run()
    assert [each.key for each in test.button if each.key == "delete-sure"]
    assert job.id in chosen(clean(test)).noticed


def watching() -> None:
    """A page with news at every look, and a fragment's way of looking again."""
    import streamlit as st

    from app.kit.rerun_guard import watch
    from app.kit.state import state

    looks = []
    fragment, st.fragment = st.fragment, lambda look, run_every: looks.append(look) or look
    watch(lambda: True, 1.0)
    st.fragment = fragment
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    state().dialog = st.toggle("open")
    if st.session_state.runs < 4:
        looks[0]()


def test_news_draw_the_page_anew_unless_a_dialog_is_open() -> None:
    test = AppTest.from_function(watching).run()
    assert test.session_state.runs == 4
    test.session_state.runs = 0
    assert test.toggle[0].set_value(True).run().session_state.runs == 1
