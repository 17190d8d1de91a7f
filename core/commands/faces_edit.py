"""``faces edit``: a face with some factors set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from core.commands.faces import framed, known, opened, place_of, squared_error, usual_error
from core.commands.options import Argument, EditorFile, Option
from core.errors import BadInput
from core.progress import Report, silent

if TYPE_CHECKING:
    from core.faces.editor import Setting


def faces_edit(
    image: Annotated[str, Argument("A picture of a face.", "IMAGE")],
    settings: Annotated[
        Mapping[str, str],
        Option("glasses=2, sex=male, race=black:2; repeatable.", "FACTOR=POSITION", "set"),
    ],
    out: Annotated[str, Option("Where the edited face goes: .png, .webp, .jpg …", "FILE")],
    model: EditorFile = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Set factors of a face: -1 and 1 are where people with the one and the other value are, ±3 the ends.

    Edits the face in a picture's file: ``{"out", "error", "usual_error", "identity", "factors", "seconds"}``.

    settings: factor → a position from -3 to 3, a value's name, or both as ``value:position``. factors: a row each with
    what was set and what the encoder sees before and after. A picture that is no face is said so in "warning".
    """
    from core.faces.slides import effect

    editor = opened(model)
    told = {factor: setting(factor, words, known(factor, editor.factors)) for factor, words in settings.items()}
    picture = framed(editor, image)
    start = perf_counter()
    codes = editor.codes(picture[None])
    plain, edited = pictures = editor.pictures(np.concatenate([codes, editor.moved(codes, told)]))
    seconds = perf_counter() - start
    save(edited, out)
    change, error = effect(editor, pictures), squared_error(plain, picture)
    rows = [
        {"factor": factor, "set": settings.get(factor), "before": change.before[factor], "after": change.after[factor]}
        for factor in editor.factors
    ]
    result = {"out": out, "error": error, "usual_error": usual_error(editor), "identity": change.identity}
    return result | {"seconds": round(seconds, 4), "factors": rows} | strange(error, usual_error(editor))


def setting(factor: str, words: str, values: Sequence[str]) -> Setting:
    """``2``, ``male``, ``black`` or ``black:2`` as the editor is told it; raises `BadInput`.

    A name alone is the position 1 of its slider, and -1 where it is the first of two.
    """
    name, colon, number = words.rpartition(":")
    two = len(values) == 2
    if not colon and (position := as_number(words)) is not None and words not in values:
        if not two:
            raise BadInput(
                f"{factor}={words} says no value: choose from {', '.join(values)}, such as {factor}={values[0]}:{words}"
            )
        return position
    value, position = (name, as_number(number)) if colon else (words, 1.0)
    place = place_of(value, factor, values)
    if position is None:
        raise BadInput(f"{factor}={words}: after the colon comes a number from -3 to 3, such as {factor}={value}:2")
    return (position if place else -position) if two else {value: position}


def as_number(words: str) -> float | None:
    try:
        return float(words)
    except ValueError:
        return None


def save(picture: np.ndarray, out: str) -> None:
    """(S, S, 3) uint8 into a file of the kind that its ending says; raises `BadInput`."""
    from PIL import Image

    try:
        Image.fromarray(picture).save(out)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its ending names no kind of picture: write .png"
        raise BadInput(f"{out} cannot be written: {reason}") from None


def strange(error: float, usual: float | None) -> dict[str, str]:
    """The warning that a picture is no face, where it is so."""
    if usual is None or error <= usual:
        return {}
    return {
        "warning": f"this does not look like the faces that the editor knows: its reconstruction error is {error:.4f}, "
        f"that of 99 in 100 held-out faces below {usual:.4f}; the edit is of the nearest face that it can draw"
    }


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """Positions with two digits; of more than two values the one that is nearest."""
    rows = [
        {**row, "set": row["set"] or "", **{when: shown(row[when]) for when in ("before", "after")}}
        for row in result["factors"]
    ]
    return {**result, "factors": rows}


def shown(where: Setting) -> str:
    if isinstance(where, Mapping):
        best = max(where, key=lambda value: where[value])
        return f"{best} {where[best]:.2f}"
    return f"{where:.2f}"
