"""What there is: bundled sets, methods."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from core.methods import MethodInfo, discover
from core.progress import Report, silent
from core.sources.bundled import Dataset


@dataclass(frozen=True)
class DatasetsResult:
    """What the command `datasets` returns."""

    datasets: Sequence[Dataset]


@dataclass(frozen=True)
class MethodsResult:
    """What the command `methods` returns: by the package of `core` that they are in."""

    maps: Sequence[MethodInfo]
    clustering: Sequence[MethodInfo]
    reduction: Sequence[MethodInfo]
    groups: Sequence[MethodInfo]
    care: Sequence[MethodInfo]
    naming: Sequence[MethodInfo]


PACKAGES = tuple(each.name for each in fields(MethodsResult))


def datasets(report: Report = silent) -> dict[str, Any]:
    """The bundled sets."""
    from core.sources.bundled import datasets

    return msgspec.to_builtins(DatasetsResult(datasets()))


def methods(report: Report = silent) -> dict[str, Any]:
    """The methods and their parameters."""
    found = {package: [each.info for each in discover(f"core.{package}").values()] for package in PACKAGES}
    return msgspec.to_builtins(MethodsResult(**found))
