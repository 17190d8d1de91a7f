"""``faces report``: the bundled editor of faces on people held out of all training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import convert, to_builtins

from core.faces.options import bundled_file
from core.faces.results import ReportResult
from core.progress import Report, silent


def faces_report(report: Report = silent) -> dict[str, Any]:
    """How good the bundled editor is, on people held out of all training; rates between 0 and 1.

    ``{"people", "autoencoders", "judges", "roundtrip", "edits", "latent_direction"}``; rates between 0 and 1.
    """
    from core.faces import judges
    from core.faces.report import bundled_autoencoders, bundled_editor, bundled_people
    from core.faces.report import report as measured

    editor = bundled_editor()
    values = {name: len(each) for name, each in editor.factors.items()}
    judging = judges.load(bundled_file("judges"), values, editor.side)
    return to_builtins(measured(editor, bundled_autoencoders(), judging, bundled_people(editor.factors), report))


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """See `ReportResult.readable`."""
    return convert(result, ReportResult).readable()
