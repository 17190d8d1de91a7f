"""This machine: its processors, a person's own folder (their workspaces, the models that they have fetched), and the
folder of what comes along."""

import getpass
import os
from pathlib import Path
from tempfile import gettempdir

from core.errors import BadInput

_CORE = Path(__file__).parent
ASSETS = _CORE / "assets" if (_CORE / "assets").is_dir() else _CORE.parent / "assets"
"""Bundled models and sets: in an installed copy within the package, in a checkout beside it."""

MODELS = "models"
"""The folder of models in a person's own, so no workspace has this name."""


def home() -> Path:
    """CLIPSCAPE_HOME, or .clipscape in the person's own folder."""
    return Path(os.environ.get("CLIPSCAPE_HOME") or Path.home() / ".clipscape")


def scratch() -> Path:
    """A folder of temporary files for what `home` cannot take, this person's alone.

    Raises `BadInput` where somebody else has made it.
    """
    folder = Path(gettempdir()) / f"clipscape-{os.getuid() if hasattr(os, 'getuid') else getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    theirs = hasattr(os, "getuid") and folder.lstat().st_uid != os.getuid()
    if theirs or folder.is_symlink():
        raise BadInput(f"{folder}: is somebody else's: set CLIPSCAPE_HOME to a folder that you can write to")
    return folder


def usable_processors() -> int:
    """Those that this process may use, at least 1: fewer than the machine has in a container or under `taskset`.

    Only Linux tells; `os.process_cpu_count` does the same from Python 3.13 on.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
