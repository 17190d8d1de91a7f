"""``faces report``: the bundled editor of faces on people held out of all training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.progress import Report, silent


def faces_report(report: Report = silent) -> dict[str, Any]:
    """How good the bundled editor is, on people held out of all training; rates between 0 and 1.

    ``{"people", "autoencoders", "judges", "roundtrip", "edits", "latent_direction"}``; rates between 0 and 1.
    """
    from core.faces import held_out, judges
    from core.faces.kinds import bundled_file
    from core.faces.report import report as measured

    editor = held_out.editor()
    values = {name: len(each) for name, each in editor.factors.items()}
    faces = held_out.held_out(tuple(editor.factors.items()))
    judging = judges.load(bundled_file("judges"), values, editor.side)
    return measured(editor, held_out.every_autoencoder(), judging, faces, report)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The report as rows: auto-encoders, then each factor's edits beside those by the usual attribute vector."""
    rows = [
        {"factor": factor, "way": way.replace("_", " "), **figures}
        for way in ("edits", "latent_direction")
        for factor, figures in result[way].items()
    ]
    models = [{"auto-encoder": name, **figures} for name, figures in result["autoencoders"].items()]
    return {**result, "edits": rows, "autoencoders": models, "latent_direction": None}
