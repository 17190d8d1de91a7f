"""Folders: of what is a person's own (their workspaces, the models that they have fetched), and of what comes along."""

import os
from pathlib import Path

_CORE = Path(__file__).parent
ASSETS = _CORE / "assets" if (_CORE / "assets").is_dir() else _CORE.parent / "assets"
"""Bundled models and sets: in an installed copy within the package, in a checkout beside it."""

MODELS = "models"
"""The folder of models in it, so no workspace has this name."""


def home() -> Path:
    """CLIPSCAPE_HOME, or .clipscape in the person's own folder."""
    return Path(os.environ.get("CLIPSCAPE_HOME") or Path.home() / ".clipscape")
