"""What there is: bundled sets, methods."""

from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from core.methods import discover
from core.progress import Report, silent

PACKAGES = ("maps", "clustering", "reduction", "groups")


def datasets(report: Report = silent) -> dict[str, Any]:
    """The bundled sets."""
    from core.sources.bundled import datasets

    return {"datasets": [_without_path(asdict(each)) for each in datasets()]}


def methods(report: Report = silent) -> dict[str, Any]:
    """The methods of every package that exists, with their parameters."""
    return {package: _methods(f"core.{package}") for package in PACKAGES}


def _methods(package: str) -> list[dict[str, Any]]:
    return [method.describe() for method in discover(package).values()] if find_spec(package) else []


def _without_path(described: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in described.items() if name != "folder"}
