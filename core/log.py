"""Errors of ours: a log file that is rotated, and a report of them that a person can send.

`CLIPSCAPE_HOME/logs/clipscape.log`, a line of JSON an error, at most `FILES` files of `BYTES` bytes. Only the app's own
process writes there; its workers tell it what they met. Nothing of it leaves this machine by itself.
"""

import json
import logging
import platform
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from core.machine import home
from core.versions import versions

FILES, BYTES = 4, 512 * 1024
LETTERS = 20_000
"""Of one traceback; what libraries say of an error may hold a person's data."""
SHOWN = 5
"""Errors of a report."""
ROOT = Path(__file__).parents[1]


def described(error: BaseException) -> dict[str, Any]:
    """Its type, where it came from (functions of ours and of libraries, no values), and the whole of it."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_within(each.filename)}:{each.lineno} {each.name}" for each in frames]
    whole = "".join(traceback.format_exception(error))[-LETTERS:]
    return {"type": type(error).__name__, "frames": places, "whole": whole}


def write(where: str, about: Mapping[str, Any]) -> None:
    """Adds an error, unless the home cannot be written. where: "page Map", "job cluster"; about: as `described`."""
    record = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "where": where, **about}
    with suppress(OSError):
        _log(home() / "logs").error(json.dumps(record))


def errors() -> list[dict[str, Any]]:
    """The newest errors that are kept, the last one last."""
    found: list[dict[str, Any]] = []
    for path in (home() / "logs" / "clipscape.log.1", home() / "logs" / "clipscape.log"):
        with suppress(OSError):
            for line in path.read_text("utf-8", "replace").splitlines():
                with suppress(ValueError):  # a line that a killed process did not finish
                    found.append(json.loads(line))
    return found[-SHOWN:]


def report(commands: Iterable[tuple[str, str, float, Mapping[str, Any]]], private: bool = False) -> str:
    """Versions, the last commands and the last errors, to be sent by a person.

    commands: name, state, seconds, arguments. private: with what may hold paths, captions and other words of theirs:
    arguments, messages of errors and whole tracebacks; without, what was asked and met only by its kind.
    """
    known = versions("streamlit", "pylance", "pillow", "transformers")
    lines = [f"Python {platform.python_version()}, {platform.platform()}"]
    lines += [f"{name} {version}" for name, version in known.items()]
    lines += ["", "Last commands"]
    lines += [f"{name}: {state}, {seconds:.1f} s{_private(private, told)}" for name, state, seconds, told in commands]
    for each in errors():
        lines += ["", f"{each['time']} {each['where']}: {each['type']}"]
        lines += [each["whole"]] if private else [f"  {place}" for place in each["frames"]]
    return "\n".join(lines) + "\n"


def _private(private: bool, arguments: Mapping[str, Any]) -> str:
    return f" {dict(arguments)}"[:1_000] if private else ""


def _within(file: str) -> str:
    """`core/care/labels.py`, `torch/nn/modules/linear.py`: nothing of where they lie on this machine."""
    path = Path(file)
    if path.is_relative_to(ROOT):
        return path.relative_to(ROOT).as_posix().rpartition("site-packages/")[2]
    return "/".join(path.parts[-3:]) if "lib" in path.parts else path.name


@lru_cache(maxsize=4)
def _log(folder: Path) -> logging.Logger:
    """The log of that folder, with its file."""
    folder.mkdir(parents=True, exist_ok=True)
    log = logging.Logger("clipscape")
    log.addHandler(
        RotatingFileHandler(folder / "clipscape.log", maxBytes=BYTES, backupCount=FILES - 1, encoding="utf-8")
    )
    return log
