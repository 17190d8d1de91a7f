"""``faces edit``: a face with some factors set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Annotated

import numpy as np
from PIL import Image

from core.commands.faces import framed, opened
from core.commands.options import Argument, EditorFile, Option
from core.errors import BadInput
from core.faces.pictures import Pictures, squared_error
from core.faces.results import EditResult, FactorEdit, Setting
from core.progress import Report, silent


def faces_edit(
    image: Annotated[str, Argument("A picture of a face.", "IMAGE")],
    settings: Annotated[
        Mapping[str, str],
        Option("glasses=2, sex=male, race=black:2; repeatable.", "FACTOR=POSITION", "set"),
    ],
    out: Annotated[str, Option("Where the edited face goes: .png, .webp, .jpg …", "FILE")],
    model: EditorFile = None,
    report: Report = silent,
) -> EditResult:
    """Set factors of a face: -1 and 1 are where people with the one and the other value are, ±3 the ends.

    Edits the face in a picture's file: ``{"out", "error", "usual_error", "identity", "factors", "seconds"}``.

    settings: factor → a position from -3 to 3, a value's name, or both as ``value:position``. factors: a row each with
    what was set and what the encoder sees before and after. A picture that is no face is said so in "warning".
    """
    from core.faces.slides import effect

    editor = opened(model)
    positions = {factor: setting(factor, words, editor.values_of(factor)) for factor, words in settings.items()}
    picture = framed(editor, image)[None]
    start = perf_counter()
    latents = editor.latents(picture)
    pictures = editor.pictures(np.concatenate([latents, editor.moved(latents, positions)]))
    seconds = perf_counter() - start
    save(pictures[1], out)
    change, error = effect(editor, pictures), float(squared_error(pictures[:1], picture)[0])
    rows = [
        FactorEdit(factor=factor, set=settings.get(factor), before=change.before[factor], after=change.after[factor])
        for factor in editor.factors
    ]
    result = EditResult(
        out=out,
        error=error,
        usual_error=editor.usual_error,
        identity=change.identity,
        seconds=round(seconds, 4),
        factors=rows,
        warning=strange(error, editor.usual_error),
    )
    return result


def setting(factor: str, words: str, values: Sequence[str]) -> Setting:
    """``2``, ``male``, ``black`` or ``black:2`` as the editor takes it; raises `BadInput`.

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
    if value not in values:
        raise BadInput(f"no {factor} {value!r}: choose from {', '.join(values)}")
    if position is None:
        raise BadInput(f"{factor}={words}: after the colon comes a number from -3 to 3, such as {factor}={value}:2")
    return (position if value == values[1] else -position) if two else {value: position}


def as_number(words: str) -> float | None:
    try:
        return float(words)
    except ValueError:
        return None


def save(picture: Pictures, out: str) -> None:
    """(S, S, 3) uint8 into a file of the kind that its ending says; raises `BadInput`."""
    try:
        Image.fromarray(picture).save(out)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its ending names no kind of picture: write .png"
        raise BadInput(f"{out} cannot be written: {reason}") from None


def strange(error: float, usual: float | None) -> str | None:
    """The warning that a picture is no face, where it is so."""
    if usual is None or error <= usual:
        return None
    return (
        f"this does not look like the faces that the editor knows: its reconstruction error is {error:.4f}, that of 99 "
        f"in 100 held-out faces below {usual:.4f}; the edit is of the nearest face that it can draw"
    )
