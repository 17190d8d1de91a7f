"""Disks that are full or read-only: a small file system of memory where one can be mounted, else a reason to skip."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small(place: Path, size: str) -> Iterator[Path]:
    """An empty disk of that size ("2m") at a folder."""
    place.mkdir(parents=True)
    with mounted(place, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield place


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """A folder in which nothing can be written, by the administrator neither."""
    with mounted(folder, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield folder


@contextmanager
def mounted(place: Path, *how: str) -> Iterator[None]:
    try:
        done = subprocess.run(["mount", *how, str(place)], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no `mount` here")
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, left: int) -> None:
    """Until so many blocks are free."""
    with (disk / "filling").open("ab", buffering=0) as file:
        try:
            while os.statvfs(disk).f_bavail > left:
                file.write(bytes(4096))
        except OSError:
            pass


def free(disk: Path) -> int:
    return os.statvfs(disk).f_bavail
