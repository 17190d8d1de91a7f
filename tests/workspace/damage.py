"""Files of a workspace that are gone, cut or changed."""

from collections.abc import Callable
from pathlib import Path


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    """Every seventh byte."""
    data = bytearray(file.read_bytes())
    data[::7] = bytes(255 - each for each in data[::7])
    file.write_bytes(data)


WAYS: dict[str, Callable[[Path], None]] = {"gone": Path.unlink, "cut": cut, "flipped": flip}


def newest(folder: str, table: str, kind: str) -> Path:
    """The newest data file, or the newest version of a table. kind: "data" or "_versions"."""
    files = (Path(folder) / f"{table}.lance" / kind).glob("*.lance" if kind == "data" else "*.manifest")
    return max(files, key=lambda each: each.stat().st_mtime_ns)
