"""The audit log: a line of JSON for each change by somebody with an account, in a file only its owner reads.

Who, when, what, where; no caption, no picture, no words that were typed, no password.
"""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from core.machine import home

FILE = "audit.jsonl"
LARGEST = 20_000_000
"""Bytes, after which the file becomes `audit.jsonl.1` and a new one begins."""


def log(person: str, change: str, workspace: str | Path = "", **more: str | int) -> None:
    """One more line, written whole; more: names of methods, numbers. A full disk does not stop the change."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"when": now, "who": person, "what": change, "workspace": Path(workspace).name, **more}
    path = home() / FILE
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".jsonl.1"))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as opened:
            opened.write(json.dumps(line).encode() + b"\n")
