"""What every reducer asks of its pairs."""

import numpy as np

from core.errors import BadInput, BadParameter
from core.results import Pairs

LEAST_PAIRS = 50
"""What a comparison needs: half of them fit, half judge."""
LEAST_TO_FIT = LEAST_PAIRS // 2
LEAST_DIMENSIONS = 2


def check(pairs: Pairs, dimensions: int) -> None:
    """Raises `BadInput` for too few pairs or a row of zeros, `BadParameter` unless 2 ≤ D' < D."""
    if (images := len(pairs.image_rows)) < LEAST_TO_FIT:
        raise BadInput(f"{images} pairs are fewer than {LEAST_TO_FIT}: bring more images with captions")
    if not LEAST_DIMENSIONS <= dimensions < pairs.dimensions:
        raise BadParameter(
            f"{dimensions} dimensions are not between {LEAST_DIMENSIONS} and {pairs.dimensions - 1}, one less than "
            f"the {pairs.dimensions} there are: ask for fewer"
        )
    check_rows(pairs)


def check_rows(pairs: Pairs) -> None:
    """Raises `BadInput` for a row of zeros."""
    for name, x in (("image", pairs.image), ("text", pairs.text)):
        if len(empty := np.flatnonzero(~x.any(axis=1))):
            raise BadInput(f"{name}: row {empty[0]} is all zeros and has no direction: leave the pair out")
