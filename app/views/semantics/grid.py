"""A table of coloured cells with pictures or words on its axes; a click on a cell or an axis tells which.

The same HTML is drawn on the page and written to a file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit import component, formats
from app.kit.gallery import data_url

CSS = Path(__file__).with_suffix(".css")
BLANK = ("transparent", "")
"""Ground and class of a cell without a number."""
BRIGHT = 0.179
"""Luminance above which words on a colour are black: they have as much contrast then as white ones."""


@dataclass(frozen=True)
class Head:
    """What stands at the end of a row or over a column. title: on hover, where that is not the text itself."""

    text: str
    thumbnail: bytes | None = None
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Scale:
    """Colours for numbers from low to high; stops: "#rrggbb", evenly spaced."""

    low: float
    high: float
    stops: Sequence[str]

    def colours(self, values: NDArray[np.floating]) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
        """ "#rrggbb" of each number, and whether it is bright; both in the numbers' shape."""
        span = self.high - self.low or 1.0
        places = np.clip((np.nan_to_num(values) - self.low) / span, 0, 1) * (len(self.stops) - 1)
        known = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in self.stops], dtype=float)
        mixed = np.stack([np.interp(places, range(len(known)), channel) for channel in known.T], axis=-1)
        linear = np.where(mixed <= 10, mixed / 3295, ((mixed / 255 + 0.055) / 1.055) ** 2.4)
        bright = linear @ np.array([0.2126, 0.7152, 0.0722]) > BRIGHT
        numbers = np.round(mixed).astype(np.int64) @ np.array([65_536, 256, 1])
        return np.char.mod("#%06x", numbers), bright


@dataclass(frozen=True, eq=False)
class Grid:
    """values: (R, C), NaN for no cell; marked, faint: (R, C), cells with a ring, and pale ones.

    written: a value as its cell shows it. hover: what hovering over a row and a column says. small: no words in cells.
    """

    rows: Sequence[Head]
    columns: Sequence[Head]
    values: NDArray[np.floating]
    scale: Scale
    written: Callable[[float], str]
    hover: Callable[[int, int], str]
    marked: NDArray[np.bool_] | None = None
    faint: NDArray[np.bool_] | None = None
    small: bool = False
    corner: str = ""

    def html(self) -> str:
        """A table; rows, columns and cells bear their numbers in `data-at`."""
        heads = "".join(_head(each, f",{place}", "col") for place, each in enumerate(self.columns))
        body = "".join(self._row(place, each) for place, each in enumerate(self.rows))
        corner = f"<td class='corner'>{escape(self.corner)}</td>"
        kind = "small" if self.small else "large"
        return f"<table class='{kind}'><thead><tr>{corner}{heads}</tr></thead><tbody>{body}</tbody></table>"

    def page(self, title: str) -> bytes:
        """A file that shows the table in any browser."""
        css = CSS.read_text("utf-8")
        look = f"body {{ font: 14px system-ui, sans-serif; margin: 24px }} {css}"
        head = f"<meta charset='utf-8'><title>{escape(title)}</title><style>{look}</style>"
        body = f"<h1>{escape(title)}</h1>{self.html()}"
        return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()

    def _row(self, row: int, head: Head) -> str:
        colours, bright = self.scale.colours(self.values[row])
        cells = "".join(
            self._cell(row, column, colour, is_bright)
            for column, (colour, is_bright) in enumerate(zip(colours.tolist(), bright.tolist(), strict=True))
        )
        return f"<tr>{_head(head, f'{row},', 'row')}{cells}</tr>"

    def _cell(self, row: int, column: int, colour: str, bright: bool) -> str:
        value = float(self.values[row, column])
        if np.isnan(value):
            return "<td></td>"
        kinds = [name for name, given in (("bright", bright), ("marked", self._is(self.marked, row, column))) if given]
        kinds += ["faint"] if self._is(self.faint, row, column) else []
        text = "" if self.small else escape(self.written(value))
        where = f"data-at='{row},{column}' title='{escape(self.hover(row, column))}'"
        return f"<td class='{' '.join(kinds)}' style='--ground:{colour}' {where}><b>{text}</b></td>"

    @staticmethod
    def _is(mask: NDArray[np.bool_] | None, row: int, column: int) -> bool:
        return mask is not None and bool(mask[row, column])


def grid(shown: Grid, key: str) -> tuple[int | None, int | None] | None:
    """Draws the table; gives the row and the column just clicked, one of them None for an axis, None for no click."""
    clicked = component.clicked(__file__, {"html": shown.html()}, key, "<div class='grid'></div>")
    if not clicked:
        return None
    row, column = str(clicked).split(",")
    return (int(row) if row else None, int(column) if column else None)


def _head(head: Head, at: str, scope: str) -> str:
    image = f"<img src='{data_url(head.thumbnail)}' alt=''>" if head.thumbnail else ""
    note = f"<i>{escape(head.note)}</i>" if head.note else ""
    words = f"<span>{escape(head.text)}</span>{note}"
    title = escape(head.title or head.text)
    return f"<th scope='{scope}' title='{title}'><button data-at='{at}'>{image}{words}</button></th>"


def page(count: int, size: int, noun: str, key: str) -> slice:
    """Which part is on screen: all of a short list; below a long one, the pages."""
    pages = -(-count // size)
    if pages < 2:
        return slice(0, count)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        number = st.pagination(pages, key=key, max_visible_pages=5)
        start, end = (number - 1) * size, min(number * size, count)
        st.caption(f"{start + 1:,} to {end:,} of {formats.counted(count, noun)}", width="content")
    return slice(start, end)
