"""What there is: bundled sets, methods; and a workspace there once more."""

from collections.abc import Sequence
from typing import Annotated

from core.commands.options import Argument, Place
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


class CopyResult(Result, frozen=True, kw_only=True):
    """What the command `copy` returns: where the copy lies, and how many items it holds."""

    workspace: str
    items: int


PACKAGES = MethodsResult.__struct_fields__


def datasets(report: Report = silent) -> DatasetsResult:
    """The bundled sets."""
    from core.sources.bundled import datasets

    return DatasetsResult(datasets=datasets())


def methods(report: Report = silent) -> MethodsResult:
    """The methods and their parameters."""
    found = {package: [each.info for each in discover(f"core.{package}").values()] for package in PACKAGES}
    return MethodsResult(**found)


def copy(
    workspace: Place,
    name: Annotated[str, Argument("How the copy is called, as the app lists it.", "NAME")],
    report: Report = silent,
) -> CopyResult:
    """Copy a workspace with all that is in it; a bundled set stays as it came, its copy can be added to and tagged."""
    from core.inputs import open_workspace
    from core.workspace import copy

    made = copy(open_workspace(workspace), name)
    return CopyResult(workspace=made.path, items=made.count())
