"""A bundled set stays as it came: its items, columns, vectors and runs; results that a person makes lie beside them.

A person's own pictures and words (items, captions, labels, tags) go into a workspace of their own, which may be a copy.
"""

from pathlib import Path

from core.errors import BadInput
from core.machine import home
from core.sources import bundled
from core.workspace.columns import TAG


def bundled_set(path: str) -> str | None:
    """The name of the bundled set whose workspace lies there; None for a person's own."""
    if "://" in path:
        return None
    place, within, names = Path(path), home().resolve(), bundled.names()
    here = (place.parent.resolve() / place.name, place.resolve())  # the home may hold a link to it, or be linked to
    return next((each.name for each in here if each.parent == within and each.name in names), None)


def check_items(path: str) -> None:
    """Raises `BadInput` where items and captions are those of a bundled set."""
    if name := bundled_set(path):
        raise _stays(name)


def check_column(path: str, column: str) -> None:
    """The same for a column that came with the set, and for tags; results may be written beside them."""
    if (name := bundled_set(path)) and (column in (TAG, "caption", "label") or column in bundled.columns(name)):
        raise _stays(name)


def check_model(path: str, model: str) -> None:
    """The same for the vectors of a model that came with the set."""
    if (name := bundled_set(path)) and model in bundled.models(name):
        raise _stays(name)


def check_run(path: str, run: str) -> None:
    """The same for a map or another run that came with the set."""
    if (name := bundled_set(path)) and run in bundled.runs(name):
        raise _stays(name)


def _stays(name: str) -> BadInput:
    return BadInput(f"{name} is a bundled set and stays as it came: `copy` it, and change the copy", "workspace")
