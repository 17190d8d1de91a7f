"""The nearest others against sorting, tiles against one piece."""

import numpy as np
import pytest

from core.errors import Cancelled
from core.progress import Progress
from core.reduction import nearest as module
from core.reduction.nearest import nearest
from core.reduction.retrieval import ranks
from core.results import Pairs
from tests.clustering.making import Stop
from tests.reduction.making import related

PAIRS = related(count=130, noise=3)


@pytest.mark.parametrize("tile", [1_024, 50, 1])
def test_it_is_the_first_of_the_others_when_they_are_sorted(tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TILE", tile)
    scores = PAIRS.image.astype(np.float64) @ PAIRS.text.T.astype(np.float64)
    found = nearest(PAIRS)
    for products, rows in ((scores, found.image_to_text), (scores.T, found.text_to_image)):
        order = [[other for other in each if other != own] for own, each in enumerate(np.argsort(-products, axis=1))]
        assert rows.tolist() == [each[0] for each in order]
        assert rows.dtype == np.int32


def test_it_comes_before_the_own_partner_exactly_where_that_is_not_first() -> None:
    found, places = nearest(PAIRS), ranks(PAIRS)
    own = (PAIRS.image * PAIRS.text).sum(1)
    for way, asked, others in (
        ("image_to_text", PAIRS.image, PAIRS.text),
        ("text_to_image", PAIRS.text, PAIRS.image),
    ):
        scores = (asked * others[getattr(found, way)]).sum(1)
        assert np.array_equal(scores > own, getattr(places, way) > 0)


def test_a_pair_alone_has_no_other() -> None:
    assert nearest(PAIRS.take(np.array([3]))).image_to_text.tolist() == [0]


def test_of_the_same_rows_the_first_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TILE", 7)
    same = Pairs(np.tile(PAIRS.image[:1], (20, 1)), np.tile(PAIRS.text[:1], (20, 1)))
    assert nearest(same).text_to_image.tolist() == [1] + [0] * 19


def test_progress_and_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TILE", 50)
    told: list[Progress] = []
    nearest(PAIRS, told.append)
    assert [progress.done for progress in told] == [0, 50, 100, 130]
    assert {progress.total for progress in told} == {130}
    with pytest.raises(Cancelled):
        nearest(PAIRS, Stop(after=2))
