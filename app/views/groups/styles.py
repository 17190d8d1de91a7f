"""How figures of this page look: a colour a method, the same everywhere."""

from typing import Any

from app.comparison.chart import GREY
from app.kit.charts import line_colours
from app.views.groups.runs import MEAN, PACKAGE
from core.methods import discover

CHOSEN, NEAR = "#d55e00", "#0072b2"
"""Of the group on screen, and of the groups nearest to it."""
CONFIG: dict[str, Any] = {"displaylogo": False, "modeBarButtons": [["toImage"]]}
"""One button, which saves the picture."""


def colours() -> dict[str, str]:
    """Method → colour, those that learn before the others; the mean, which all are compared with, is grey."""
    others = [method for name, method in discover(PACKAGE).items() if name != MEAN]
    return {MEAN: GREY} | line_colours([method.name for method in sorted(others, key=lambda method: not method.seeded)])
