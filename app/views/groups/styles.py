"""How figures of this page look: a colour a method, the same everywhere, and what every chart has."""

from typing import TYPE_CHECKING, Any

from app.kit.charts import line_colours
from app.views.groups.runs import MEAN, PACKAGE
from core.methods import discover

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

GREY = "#7d8592"
"""Of the plain mean, and of what belongs to no method: seen on both themes."""
CHOSEN, NEAR = "#d55e00", "#0072b2"
"""Of the group on screen, and of the groups nearest to it."""
CONFIG: dict[str, Any] = {"displaylogo": False, "modeBarButtons": [["toImage"]]}
"""One button, which saves the picture."""


def colours() -> dict[str, str]:
    """Method → colour, those that learn before the others; the mean, which all are compared with, is grey."""
    others = [method for name, method in discover(PACKAGE).items() if name != MEAN]
    return {MEAN: GREY} | line_colours([method.name for method in sorted(others, key=lambda method: not method.seeded)])


def faded(colour: str, share: float = 0.15) -> str:
    """`rgba(0,114,178,0.15)` of `#0072b2`."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def laid_out(figure: "Figure", height: int, **more: Any) -> "Figure":
    """Close to its frame, with nothing that moves by accident."""
    margin = {"t": 8, "r": 12, "b": 0, "l": 0}
    return figure.update_layout(height=height, margin=margin, dragmode=False, **more)
