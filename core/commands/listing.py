"""What there is: bundled sets, methods."""

from collections.abc import Sequence

from core.methods import MethodInfo, discover
from core.progress import Report, silent
from core.runs.record import Result
from core.sources.bundled import Dataset


class DatasetsResult(Result, frozen=True, kw_only=True):
    """What the command `datasets` returns."""

    datasets: Sequence[Dataset]


class MethodsResult(Result, frozen=True, kw_only=True):
    """What the command `methods` returns: by the package of `core` that they are in."""

    maps: Sequence[MethodInfo]
    clustering: Sequence[MethodInfo]
    reduction: Sequence[MethodInfo]
    groups: Sequence[MethodInfo]
    care: Sequence[MethodInfo]
    naming: Sequence[MethodInfo]


PACKAGES = MethodsResult.__struct_fields__


def datasets(report: Report = silent) -> DatasetsResult:
    """The bundled sets."""
    from core.sources.bundled import datasets

    return DatasetsResult(datasets=datasets())


def methods(report: Report = silent) -> MethodsResult:
    """The methods and their parameters."""
    found = {package: [each.info for each in discover(f"core.{package}").values()] for package in PACKAGES}
    return MethodsResult(**found)
