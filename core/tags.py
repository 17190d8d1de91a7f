"""Choosing items by tags: a column of truths is a tag by its name, and so is each word in the column "tag"."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.workspace.columns import TAG as TAG

if TYPE_CHECKING:
    from core.workspace import Workspace


def tags(workspace: "Workspace") -> list[str]:
    """What items can be chosen by: the columns of truths, then the words."""
    truths = _truths(workspace)
    if TAG not in workspace.columns() or TAG in truths:
        return truths
    values = workspace.table([TAG])[TAG].unique().to_pylist()
    return truths + sorted(str(value) for value in values if value not in (None, ""))


def tagged(workspace: "Workspace", name: str, ids: Sequence[str] | None = None) -> NDArray[np.bool_]:
    """Which items have a tag: (N,), every item of the workspace in its order, or those of the ids in theirs."""
    truth = name in _truths(workspace)
    column = name if truth else TAG
    values = workspace.table([column], ids)[column].to_pylist()
    return np.array([value is not None and (value if truth else str(value) == name) for value in values], dtype=bool)


def _truths(workspace: "Workspace") -> list[str]:
    return [name for name, kind in workspace.columns().items() if kind == "boolean"]
