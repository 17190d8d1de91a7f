"""What `pip install .` makes: versions, bounds, and a copy that works from any folder with all that it needs."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import clipscape
from app.shell import frame
from core.machine import ASSETS
from core.versions import versions
from tests.served import ROOT, served, wait_until_healthy


@pytest.fixture(scope="module")
def metadata() -> ProjectMetadata:
    return ProjectMetadata(str(ROOT), PluginManager())


@pytest.fixture(scope="module")
def wheel() -> Mapping[str, Path]:
    """What the wheel will hold, and of which file each is a copy: no wheel is built."""
    return {each.distribution_path: Path(each.path) for each in WheelBuilder(str(ROOT)).recurse_included_files()}


@pytest.fixture(scope="module")
def script(wheel: Mapping[str, Path], metadata: ProjectMetadata, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script as pip makes it, in `bin`, beside what pip would copy, in `site`; of assets only links."""
    prefix = tmp_path_factory.mktemp("installed")
    for name, original in wheel.items():
        copy = prefix / "site" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("core/assets/"):
            copy.symlink_to(original)
        else:
            shutil.copy(original, copy)
    module, _, function = metadata.core.scripts["clipscape"].partition(":")
    (prefix / "bin").mkdir()
    (prefix / "bin" / "clipscape").write_text(f"from {module} import {function}\n{function}()\n")
    return prefix / "bin" / "clipscape"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with packages and settings of somebody else's."""
    for name in ("app", "core"):
        (tmp_path / "else where" / name).mkdir(parents=True)
        (tmp_path / "else where" / name / "__init__.py").write_text("raise ImportError('not that one')\n")
    (tmp_path / "else where" / ".streamlit").mkdir()
    (tmp_path / "else where" / ".streamlit" / "config.toml").write_text("[server]\nenableStaticServing = false\n")
    return tmp_path / "else where"


def settings(script: Path, home: Path) -> dict[str, str]:
    return {"CLIPSCAPE_HOME": str(home), "PYTHONPATH": str(script.parents[1] / "site")}


def test_the_version_is_one(metadata: ProjectMetadata) -> None:
    assert metadata.version == clipscape.__version__
    assert f"Clipscape {clipscape.__version__}" in frame.ABOUT


def test_versions_begin_with_ours_and_those_of_the_models_libraries() -> None:
    found = versions("FrEIA", "no such library")
    assert found["clipscape"] == clipscape.__version__
    assert {"open_clip_torch", "torch", "FrEIA"} < set(found)
    assert all(re.match(r"\d+\.\d+", each) for each in found.values())


def test_every_pin_lies_within_its_bounds(metadata: ProjectMetadata) -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pairs = (line.partition("==") for line in lines if "==" in line)
    pins = {canonicalize_name(name): pin for name, _, pin in pairs}
    found = map(Requirement, metadata.core.dependencies)
    bounds = {canonicalize_name(each.name): each.specifier for each in found}
    assert set(pins) == set(bounds)
    for name, pin in pins.items():
        assert bounds[name].contains(pin), f"{name}=={pin} is not {bounds[name]}"
        assert {each.operator for each in bounds[name]} == {">=", "<"}


def test_the_wheel_holds_all_that_is_needed_and_no_more(wheel: Mapping[str, Path]) -> None:
    known = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not known:
        pytest.skip("no checkout of git here")
    needed = {name for name in known if name.startswith(("app/", "core/")) and name != "app/.streamlit"}
    assets = {f"core/{name}" for name in known if name.startswith("assets/") and "/pictures/" not in name}
    assert {"core/assets/photos/items.parquet", "core/assets/pocket-2/model-00001-of-00002.safetensors"} <= assets
    extra = {"clipscape.py", "app/.streamlit/config.toml"}
    assert set(wheel) == needed | assets | extra


def test_the_checkout_has_its_settings_beside_the_page(wheel: Mapping[str, Path]) -> None:
    assert (ROOT / "app" / ".streamlit" / "config.toml").samefile(ROOT / ".streamlit" / "config.toml")
    assert ASSETS == ROOT / "assets"


def test_commands_work_from_any_folder(script: Path, elsewhere: Path, tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        environment = os.environ | settings(script, tmp_path / "home")
        command = [sys.executable, str(script), *arguments]
        done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert said("--version").startswith(f"clipscape {clipscape.__version__} (open_clip_torch ")
    assert {"run", "embed", "faces"} <= set(said("--help").split())
    assert {"emoji", "faces", "fashion", "photos"} <= set(said("datasets").split())


def test_the_app_has_its_settings_in_any_folder(script: Path, elsewhere: Path, tmp_path: Path) -> None:
    font = ROOT / "app" / "static" / "inter-latin.woff2"
    command = [sys.executable, str(script), "run", "--server.baseUrlPath", "lab"]
    with served(command, settings(script, tmp_path / "home"), elsewhere) as address:
        wait_until_healthy(f"{address}/lab")
        with urllib.request.urlopen(f"{address}/lab/app/static/{font.name}") as answer:
            assert answer.read() == font.read_bytes()
        assert heard_on(address) == {"127.0.0.1"}


def heard_on(address: str) -> set[str]:
    """The addresses of this machine on which somebody listens at that port."""
    port = int(address.rpartition(":")[2])
    lines = [
        line.split() for family in ("tcp", "tcp6") for line in Path(f"/proc/net/{family}").read_text().splitlines()
    ]
    listening = [each[1].split(":") for each in lines if each[3] == "0A"]
    places = {place for place, number in listening if int(number, 16) == port}
    return {socket.inet_ntoa(bytes.fromhex(place)[::-1]) if len(place) == 8 else place for place in places}
