"""The folder of what is a person's own: their workspaces, and the models that they have fetched."""

import os
from pathlib import Path

MODELS = "models"
"""The folder of models in it, so no workspace has this name."""


def home() -> Path:
    """CLIPSCAPE_HOME, or .clipscape in the person's own folder."""
    return Path(os.environ.get("CLIPSCAPE_HOME") or Path.home() / ".clipscape")
