"""Who looks at the page, and what is started in their name: every job and question of a page goes through here."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.kit.state import state
from core import jobs as running
from core.access import accounts, audit, quotas, rights, sessions
from core.access.rights import ALONE, Person
from core.errors import BadInput
from core.jobs import Job, jobs

EVERYWHERE = "0.0.0.0"
"""Where Streamlit listens unless it is told."""


def person() -> Person:
    """Whoever signed in, as their role is now; on this machine without accounts whoever is there.

    Raises `BadInput` for a session that has ended, also while its page was open.
    """
    if not accounts.are_demanded(str(st.get_option("server.address") or EVERYWHERE)):
        return ALONE
    name = sessions.name_of(st.context.cookies.get(sessions.COOKIE))
    if name is None:
        raise BadInput("you are not signed in, or no longer: load the page again and sign in")
    return Person(name, accounts.read().account(name).role)


def may_change(deletes: bool = False) -> bool:
    """Whether this person may write in the workspace that is open, or delete there: what a page offers."""
    try:
        rights.check_change(person(), state().workspace or "", deletes)
    except BadInput:
        return False
    return True


def start(command: str, arguments: Mapping[str, Any], title: str, workspace: str = "") -> Job:
    """A new job in this person's name. Raises `BadInput` where they may not start it."""
    who = person()
    rights.check_command(who, command, arguments, workspace)
    quotas.check_job(who, command, lambda: [job for job in own_jobs() if job.active])
    log(f"start {command}", workspace)
    return jobs().start(command, arguments, title, workspace, who.name)


def ask(command: str, arguments: Mapping[str, Any], timeout: float = 60.0) -> dict[str, Any]:
    """The answer to a short question, see `core.jobs.ask`. Raises `BadInput` where they may not ask it."""
    rights.check_command(person(), command, arguments, str(arguments.get("workspace") or ""), asks=True)
    return running.ask(command, arguments, timeout)


def log(change: str, workspace: str = "") -> None:
    """Into the audit log, where people have accounts."""
    if not (who := person()).is_alone:
        audit.log(who.name, change, workspace)


def own_jobs() -> list[Job]:
    """Those of this person, oldest first."""
    who = person()
    return [job for job in jobs().list() if who.is_alone or job.person == who.name]
