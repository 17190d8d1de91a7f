"""What a person has clicked on a chart."""

from collections.abc import Mapping
from typing import Any


def clicked(event: Mapping[str, Any]) -> list[Any] | None:
    """What the point that was clicked carries; None for a click beside the points, or on one that carries nothing.

    event: as Plotly charts keep it in the session.
    """
    carried = (point.get("customdata") for point in event["selection"]["points"])
    return next((list(each) for each in carried if each), None)
