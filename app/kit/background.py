"""Jobs that a session starts and waits for."""

from collections.abc import Mapping
from typing import Any

from app.kit.state import state
from core.jobs import Job, jobs
from core.workspace import Workspace


def start(workspace: Workspace, command: str, arguments: Mapping[str, Any], title: str) -> Job:
    """Starts a job on the workspace, whose source is the workspace itself where the arguments name none.

    When it is done, the session that started it sees its result.
    """
    itself = {} if {"source", "workspace"} & set(arguments) else {"source": workspace.path}
    job = jobs().start(command, {**itself, **arguments}, title, workspace.path)
    state().expected.add(job.id)
    return job
