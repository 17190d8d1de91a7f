"""The store: items, embeddings and runs of a workspace, in Lance tables that LanceDB opens too."""

from core.workspace.adding import Added
from core.workspace.home import copy, create_named, delete, home, open_named, workspaces
from core.workspace.runs import Run, RunCard
from core.workspace.vectors import Embedded
from core.workspace.workspace import Workspace

__all__ = [
    "Added",
    "Embedded",
    "Run",
    "RunCard",
    "Workspace",
    "copy",
    "create_named",
    "delete",
    "home",
    "open_named",
    "workspaces",
]
