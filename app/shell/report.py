"""A report of what went wrong, for a person to read, copy and send."""

import streamlit as st

from app.kit import downloads
from app.kit.person import own_jobs, person
from app.kit.rerun_guard import dialog
from app.kit.state import state
from core import log

COMMANDS = 20
"""The last of the session's server that a report names."""


def offer(key: str) -> None:
    """A button that opens the report when the page is drawn the next time."""
    if st.button("Copy report", key=key, type="tertiary", icon=":material/bug_report:", help="Of what went wrong"):
        state().reporting = True
        st.rerun()


def show() -> None:
    """The report, where it was asked for."""
    if state().reporting:
        state().reporting = False
        ask()


@dialog("Report", width="large")
def ask() -> None:
    """Everything that would be sent, before it is."""
    st.caption("Nothing is sent from here: copy it into a message or an issue. It names commands, versions and places.")
    private = person().is_alone and st.checkbox("With paths, captions and other words of mine", key="report-private")
    known = [(job.command, job.state, job.seconds, job.arguments) for job in own_jobs()[-COMMANDS:]]
    text = log.report(known, private)
    st.code(text, language=None, wrap_lines=True, height=360)
    downloads.button("Save", text.encode, "clipscape-report.txt", key="report-save", quiet=False)
