"""The Streamlit component: what is sent to the browser, and what comes back."""

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit.formats import shown
from app.kit.publish import INLINE_LIMIT, fingerprint, publisher, source
from app.kit.streamlit_internals import component_of_files
from app.scatter.points import Colour, Label, Picked, Points, mask_bits, mask_rows
from app.scatter.sprites import CELL, COLUMNS, LINES, Sprites
from core.errors import BadInput

FOLDER = Path(__file__).parent / "component"
WITHOUT_WEBGL = "clipscape-without-webgl"


def scatter(
    points: Points,
    *,
    colour: Colour | None = None,
    hits: NDArray[np.bool_] | None = None,
    lines: bool = False,
    labels: Sequence[Label] = (),
    focus: int | None = None,
    key: str = "map",
    height: int | None = None,
) -> Picked:
    """Draws the map and gives back what a person has picked on it.

    Args:
        points: the geometry, sent to the browser once per `points.key`.
        colour: colour by category or value; None colours images and captions apart.
        hits: (N,) bool, lit while the others are dimmed.
        lines: whether lines join the image and the caption of an item (a person can switch them on the map).
        labels: words at points of the map; where two would cover each other, the first is drawn.
        focus: a row to ring and bring into view.
        key: the widget's key; `select(key, …)` sets the selection from the page.
        height: in pixels; None fills the window below what stands above.

    Raises:
        BadInput: colour, hits, labels or focus do not fit the points.
    """
    _check(points, colour, hits, focus, labels)
    given = _given(key)
    if st.session_state.get(WITHOUT_WEBGL):
        from app.scatter.fallback import plotly_scatter

        return plotly_scatter(points, colour=colour, hits=hits, labels=labels, key=key, height=height or 640)
    state = _mount(key, _data(points, colour, hits, lines, labels, focus, height, given), height)
    if state.get("webgl") is False:
        st.session_state[WITHOUT_WEBGL] = True
        st.rerun()
    return _picked(points, _newest(state.get("picked"), given))


def select(key: str, points: Points, rows: NDArray[np.integer], clicked: int | None = None) -> None:
    """Sets the selection of the map called `key` from the page; no rows clear it. Call it before `scatter` or rerun."""
    before = _newest(st.session_state.get(key, {}).get("picked"), _given(key))
    mask = np.zeros(len(points), bool)
    mask[np.asarray(rows, int)] = True
    st.session_state[f"{key}-given"] = {
        "points": f"points {points.key}",
        "sequence": before["sequence"] + 1,
        "rows": base64.b64encode(mask_bits(mask)).decode(),
        "clicked": clicked,
    }


def _check(
    points: Points,
    colour: Colour | None,
    hits: NDArray[np.bool_] | None,
    focus: int | None,
    labels: Sequence[Label],
) -> None:
    for name, given in (("colour", colour), ("hits", hits)):
        if given is not None and len(given) != len(points):
            raise BadInput(f"{name} of {len(given)} rows for a map of {len(points)} points")
    for label in labels:
        if not 0 <= label.row < len(points):
            raise BadInput(f"label {label.text!r} at row {label.row} outside the map's {len(points)} rows")
    if focus is not None and not 0 <= focus < len(points):
        raise BadInput(f"focus {focus} outside the map's {len(points)} rows")


def _data(
    points: Points,
    colour: Colour | None,
    hits: NDArray[np.bool_] | None,
    lines: bool,
    labels: Sequence[Label],
    focus: int | None,
    height: int | None,
    given: dict[str, Any],
) -> dict[str, Any]:
    return {
        "points": _part(f"points {points.key}", points.packed, 13 * len(points)),
        "captions": _captions(points),
        "sprites": _sprites(points.sprites),
        "colour": _colour(colour),
        "hits": None if hits is None else _content(mask_bits(hits)),
        "picked": given,
        "lines": lines,
        "labels": [{"text": label.text, "row": int(label.row)} for label in labels],
        "focus": focus,
        "height": height,
    }


def _part(name: str, make: Callable[[], bytes], size: int = INLINE_LIMIT + 1) -> dict[str, Any]:
    return {"key": name, "source": source(name, make, size)}


def _content(data: bytes) -> dict[str, Any]:
    return _part(fingerprint(data), lambda: data, len(data))


def _captions(points: Points) -> dict[str, Any]:
    name = f"captions {points.key}"
    return _part(name, lambda: json.dumps(list(map(shown, points.captions)), ensure_ascii=False).encode())


def _colour(colour: Colour | None) -> dict[str, Any] | None:
    if colour is None:
        return None
    data = colour.packed()
    spec: dict[str, Any] = {"title": colour.title, "palette": colour.colours}
    if colour.codes is not None:
        spec["names"] = [str(name) for name in colour.names]
    else:
        spec["low"], spec["high"] = colour.range
    key = fingerprint(data, json.dumps(spec))
    return spec | {"key": key, "source": source(f"colour {key}", lambda: data, len(data))}


def _sprites(sprites: Sprites | None) -> dict[str, Any] | None:
    if sprites is None:
        return None
    return _part(f"sprites {sprites.key}", lambda: _sheet_list(sprites))


def _sheet_list(sprites: Sprites) -> bytes:
    sheets = [publisher().address(f"sheet {sheet.stem}", sheet.read_bytes, "image/jpeg") for sheet in sprites.sheets]
    sizes = base64.b64encode(sprites.sizes.tobytes()).decode()
    return json.dumps({"cell": CELL, "columns": COLUMNS, "lines": LINES, "sheets": sheets, "sizes": sizes}).encode()


def _mount(key: str, data: dict[str, Any], height: int | None) -> dict[str, Any]:
    return component_of_files("scatter", FOLDER)(
        key=key,
        data=data,
        height="content" if height is None else height,
        on_picked_change=lambda: None,
        on_webgl_change=lambda: None,
    )


def _given(key: str) -> dict[str, Any]:
    """The selection that the page has set last."""
    nothing = {"points": "", "sequence": 0, "rows": "", "clicked": None}
    return st.session_state.get(f"{key}-given", nothing)


def _newest(picked: dict[str, Any] | None, given: dict[str, Any]) -> dict[str, Any]:
    return picked if picked and picked["sequence"] >= given["sequence"] else given


def _picked(points: Points, newest: dict[str, Any]) -> Picked:
    if newest["points"] != f"points {points.key}":
        return Picked(np.zeros(0, np.int32))
    return Picked(mask_rows(base64.b64decode(newest["rows"]), len(points)), newest["clicked"])
