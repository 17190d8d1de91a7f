"""Where the name of a group stands on the map: at the point of the group that is nearest to its middle."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.scatter import Label
from app.scatter.drawn import Drawn


def labels(drawn: Drawn, group: NDArray[np.integer], names: Mapping[int, str]) -> list[Label]:
    """A label for each named group that has points, the largest group first.

    group: (N,), the number of each point's group. The middle is the median along each axis, which a few points far
    away do not move; a name never stands in empty space between the parts of its group.
    """
    found = []
    for number, name in names.items():
        rows = np.flatnonzero(group == number)
        if len(rows):
            xy = drawn.points.xy[rows]
            nearest = np.square(xy - np.median(xy, axis=0)).sum(axis=1).argmin()
            found.append((len(rows), Label(name, int(rows[nearest]))))
    return [label for _, label in sorted(found, key=lambda each: -each[0])]
