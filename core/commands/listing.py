"""What there is: bundled sets, methods."""

from dataclasses import asdict
from typing import Any

from core.methods import discover
from core.progress import Report, silent

PACKAGES = ("maps", "clustering", "reduction", "groups", "care", "naming")


def datasets(report: Report = silent) -> dict[str, Any]:
    """The bundled sets."""
    from core.sources.bundled import datasets

    return {"datasets": [_without_path(asdict(each)) for each in datasets()]}


def methods(report: Report = silent) -> dict[str, Any]:
    """The methods and their parameters."""
    return {package: [each.describe() for each in discover(f"core.{package}").values()] for package in PACKAGES}


def _without_path(described: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in described.items() if name != "folder"}
