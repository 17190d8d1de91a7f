"""Results check themselves when they are made."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.results import Embeddings, Map

UNIT = np.eye(3, 4, dtype=np.float32)
IDS = np.array(["a", "b", "c"])


def test_embeddings_hold_a_row_for_each_id() -> None:
    embeddings = Embeddings(IDS, UNIT, "pocket", "image")
    assert len(embeddings) == 3
    assert len(Embeddings(IDS[:0], UNIT[:0], "pocket", "image")) == 0


@pytest.mark.parametrize(
    ("ids", "vectors", "line"),
    [
        (IDS, UNIT.astype(float), r"^vectors: float64 of shape \(3, 4\), but float32 of shape \(N, D\) is needed$"),
        (IDS, UNIT[0], r"^vectors: float32 of shape \(4,\), but float32"),
        (IDS[:2], UNIT, r"^ids: shape \(2,\), but \(3,\) is needed"),
        (IDS, UNIT * np.float32(2), r"^vectors: row 0 has norm 2.0000, not 1: divide each row by its norm$"),
        (IDS, np.where(UNIT > 0, np.nan, UNIT).astype(np.float32), r"^vectors: row 0 is not finite: leave it out$"),
    ],
)
def test_embeddings_that_are_none_are_refused(ids: np.ndarray, vectors: np.ndarray, line: str) -> None:
    with pytest.raises(BadInput, match=line):
        Embeddings(ids, vectors, "pocket", "image")


@given(count=st.integers(0, 5), columns=st.integers(0, 4))
def test_a_map_has_two_columns(count: int, columns: int) -> None:
    xy = np.zeros((count, columns), np.float32)
    if columns == 2:
        assert not Map(xy).partial
    else:
        with pytest.raises(BadInput, match=r"^xy: float32 of shape .* but float32 of shape \(N, 2\) is needed$"):
            Map(xy)


def test_a_map_is_frozen() -> None:
    drawn = Map(np.zeros((3, 2), np.float32))
    with pytest.raises(AttributeError):
        drawn.partial = True  # type: ignore[misc]
