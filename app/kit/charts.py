"""Colours that everyone can tell apart: Okabe–Ito, then Glasbey for many classes; a viridis-like scale for values.

M. Okabe, K. Ito: Color Universal Design, 2008. C. Glasbey et al.: Colour displays for categorical images, 2007.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from app.kit.formats import shortened

OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#8c6bb1")
"""The eight of Okabe and Ito; their black, unseen on a dark page, is a violet here."""

GLASBEY = (
    "#8f0840", "#00efb7", "#585000", "#6020a7", "#f7bfbf", "#78bf08", "#ff97ff", "#504868", "#9fb78f", "#8f8000",
    "#6080ff", "#cf3060", "#8f6058", "#9f208f", "#bf78ff", "#007800", "#007068", "#8fdfef", "#ff8778", "#0040b7",
    "#bfafe7", "#608797", "#af3000", "#7850d7", "#af8770", "#c750bf", "#00c7b7", "#309f00", "#b7df97", "#80e760",
    "#f75880", "#f7c778", "#978fdf", "#704038", "#60509f", "#ff70c7", "#a75080", "#a7a738", "#cf9fa7", "#005087",
)  # fmt: skip
"""Forty more by Glasbey's greedy rule: each as far as can be from all before it, in Oklab, also for deuteranopes."""

LINES = (
    *(colour for colour in OKABE_ITO if colour != "#f0e442"),
    "#8f8000", "#6080ff", "#cf3060", "#8f6058", "#007068", "#7850d7", "#f75880", "#608797", "#309f00",
)  # fmt: skip
"""Those of both that a thin line is seen in on a white page and on a dark one."""

VIRIDIS = (
    "#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip

DIVERGING = ("#0072b2", "#6ba6cd", "#f2f0ee", "#e39b6e", "#d55e00")
"""From -1 to 1, blue to orange through near white: the two that most people tell apart (Okabe and Ito)."""


def category_colours(names: Sequence[str]) -> list[str]:
    """One "#rrggbb" a name, by its place in the list: the same names in the same order always get the same colours."""
    palette = OKABE_ITO + GLASBEY
    return [palette[place % len(palette)] for place in range(len(names))]


def line_colours(names: Sequence[str]) -> dict[str, str]:
    """Name → colour of its line, by its place in the list. At most 16 names."""
    return dict(zip(names, LINES[: len(names)], strict=True))


def scale_colours() -> list[str]:
    """Stops of the scale for values, from low to high."""
    return list(VIRIDIS)


def words(text: str, letters: int = 60) -> str:
    """A person's own text for a chart of Plotly, which reads titles, names and hovers as HTML.

    >>> words("<b>a & b</b>")
    '&lt;b&gt;a &amp; b&lt;/b&gt;'
    """
    return html.escape(shortened(" ".join(text.split()), letters))


def clicked(event: Mapping[str, Any]) -> list[Any] | None:
    """What the point that was clicked carries; None for a click beside the points, or on one that carries nothing.

    event: as Plotly charts keep it in the session.
    """
    carried = (point.get("customdata") for point in event["selection"]["points"])
    return next((list(each) for each in carried if each), None)
